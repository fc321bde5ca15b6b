/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators between two vectors. Elements find each other by a number for the labels that have to
 * be equal, which each row gets once; then one step after the other is computed.
 */
#include <errno.h>
#include <string.h>

#include "rules/eval.h"
#include "rules/label_index.h"

/* Both sides; for a one-to-many operation left and right are exchanged, so that right is "one". */
struct sides {
    struct eval *ev;
    const struct expr *expr;
    const struct matching *matching;
    struct matrix many, one;
    size_t *many_numbers, *one_numbers, numbers;
    bool exchanged;
    struct arena *scratch;
};

static void number_sides(struct sides *s)
{
    struct label_choice choice =
        label_choice(s->scratch, s->matching->labels, s->matching->label_count, s->matching->on);
    size_t count = s->many.count + s->one.count;
    const struct labels **keys = ARENA_ARRAY(s->scratch, const struct labels *, count);
    for (size_t i = 0; i < count; i++) {
        const struct row *row =
            i < s->many.count ? &s->many.rows[i] : &s->one.rows[i - s->many.count];
        keys[i] = labels_choose(s->scratch, row->labels, &choice);
    }
    s->many_numbers = ARENA_ARRAY(s->scratch, size_t, count);
    s->one_numbers = s->many_numbers + s->many.count;
    s->numbers = number_labels(keys, count, s->scratch, s->many_numbers);
}

static struct sides eval_sides(struct eval *ev, const struct expr *expr, const struct steps *steps,
                               struct arena *scratch)
{
    struct sides s = {
        .ev = ev, .expr = expr, .matching = expr->binary.matching, .scratch = scratch};
    struct matrix left = eval_node(ev, expr->binary.left, steps);
    struct matrix right = eval_node(ev, expr->binary.right, steps);
    s.exchanged = s.matching->cardinality == ONE_TO_MANY;
    s.many = s.exchanged ? right : left;
    s.one = s.exchanged ? left : right;
    if (!ev->failed)
        number_sides(&s);
    return s;
}

static const char *printed(struct sides *s, const struct labels *labels)
{
    struct buf out = {0};
    promql_print_labels(labels, &out);
    const char *text = arena_strdup(s->scratch, out.data);
    buf_free(&out);
    return text;
}

static void fail_duplicate(struct sides *s, const struct labels *a, const struct labels *b)
{
    struct label_choice choice =
        label_choice(s->scratch, s->matching->labels, s->matching->label_count, s->matching->on);
    const char *first = printed(s, a), *second = printed(s, b);
    bool sorted = strcmp(first, second) <= 0;
    eval_fail(s->ev, -EINVAL,
              "found duplicate series for the match group %s on the %s hand-side of the operation: "
              "[%s, %s];many-to-many matching not allowed: matching labels must be unique on one "
              "side",
              printed(s, labels_choose(s->scratch, a, &choice)), s->exchanged ? "left" : "right",
              sorted ? first : second, sorted ? second : first);
}

/* A result's row by its labels, so that pairs with equal labels share it. */
struct result {
    const struct labels *labels;
    size_t row;
    size_t number; /* of the match group that used it last, and at which step, from 1 */
    size_t step;
};

struct joined {
    struct matrix matrix;
    bool doubled; /* two rows have the same labels */
    struct label_index index;
    struct result **results; /* by their labels' numbers */
    size_t room;
    struct pair {   /* of a row of "many": the "one" it met last, and their result */
        size_t one; /* from 1 */
        struct result *result;
    } * pairs;
    size_t *one_row;  /* of each number: the row of "one" at the present step, from 1 */
    size_t *one_step; /* ... and which step that was, from 1 */
    size_t *matched;  /* of each number: the step at which it matched last, from 1 */
};

/* The labels of a result: those of "many", less what must not differ, with what is included. */
static const struct labels *result_labels(struct sides *s, const struct labels *many,
                                          const struct labels *one)
{
    struct arena *arena = s->ev->arena;
    const struct matching *m = s->matching;
    bool compares = binary_op_compares(s->expr->binary.op);
    bool drops = s->expr->binary.want_bool && !s->ev->engine.delayed_name_removal;
    if (!compares || drops)
        many = labels_nameless(arena, many);
    if (m->cardinality == ONE_TO_ONE && (m->on || m->label_count))
        many = labels_filter(arena, many, m->labels, m->label_count, m->on);
    for (size_t i = 0; i < m->include_count; i++)
        many = labels_with(arena, many, m->include[i], labels_get(one, m->include[i]));
    return many;
}

static struct result *find_result(struct sides *s, struct joined *j, const struct labels *labels)
{
    size_t known = j->index.count;
    size_t number = label_index_number(&j->index, labels);
    if (number < known)
        return j->results[number];
    struct result *result = ARENA_NEW(s->scratch, struct result);
    *result = (struct result){.labels = labels, .row = j->matrix.count};
    matrix_add(s->ev, &j->matrix, labels)->drop_name = s->expr->binary.want_bool;
    j->results = arena_grow(s->scratch, (void *)j->results, number, &j->room, sizeof(*j->results));
    j->results[number] = result;
    return result;
}

static struct result *result_of(struct sides *s, struct joined *j, size_t many, size_t one)
{
    struct pair *pair = &j->pairs[many];
    if (pair->one != one + 1) {
        pair->one = one + 1;
        pair->result =
            find_result(s, j, result_labels(s, s->many.rows[many].labels, s->one.rows[one].labels));
    }
    return pair->result;
}

/* Where a result is used twice at a step: by one match group, or by two. */
static bool check_unique(struct sides *s, struct joined *j, struct result *result, size_t number,
                         size_t step)
{
    bool again = result->step == step && result->number == number;
    if (s->matching->cardinality == ONE_TO_ONE) {
        if (j->matched[number] == step)
            eval_fail(s->ev, -EINVAL,
                      "multiple matches for labels: many-to-one matching must be explicit "
                      "(group_left/group_right)");
    } else if (again) {
        eval_fail(s->ev, -EINVAL,
                  "multiple matches for labels: grouping labels must ensure unique matches");
    }
    j->matched[number] = step;
    result->step = step;
    result->number = number;
    return !s->ev->failed;
}

static void add_result(struct sides *s, struct joined *j, struct result *result, int64_t t,
                       double v)
{
    struct row *row = &j->matrix.rows[result->row];
    if (row->count && row->points[row->count - 1].t == t) {
        /* With delayed name removal an instant evaluation finds this out at its end. */
        row = matrix_add(s->ev, &j->matrix, result->labels);
        row->drop_name = s->expr->binary.want_bool;
        j->doubled = true;
    }
    row_push(s->ev, row, t, v);
}

static void join_pair(struct sides *s, struct joined *j, size_t many, double many_value,
                      double one_value, int64_t t, size_t step)
{
    const struct expr *expr = s->expr;
    size_t number = s->many_numbers[many];
    struct result *result = result_of(s, j, many, j->one_row[number] - 1);
    double left = s->exchanged ? one_value : many_value;
    double right = s->exchanged ? many_value : one_value;
    double value = binary_apply(expr->binary.op, left, right);
    bool filters = binary_op_compares(expr->binary.op) && !expr->binary.want_bool;
    if (!check_unique(s, j, result, number, step) || (filters && !value))
        return;
    add_result(s, j, result, t, filters ? left : value);
}

/* Takes the "one" side of a step: values by their numbers. */
static void take_one(struct sides *s, struct joined *j, struct cursor *cursor, double *values,
                     int64_t t, size_t step)
{
    double v;
    for (size_t i = 0; i < s->one.count && !s->ev->failed; i++) {
        size_t number = s->one_numbers[i];
        if (!cursor_at(cursor, i, t, &v))
            continue;
        if (j->one_step[number] == step)
            fail_duplicate(s, s->one.rows[i].labels, s->one.rows[j->one_row[number] - 1].labels);
        j->one_step[number] = step;
        j->one_row[number] = i + 1;
        values[number] = v;
    }
}

/* Whether any row has a point at this step; a step at which a side has none is passed over. */
static bool any_at(const struct matrix *matrix, struct cursor *cursor, int64_t t)
{
    for (size_t i = 0; i < matrix->count; i++)
        if (cursor_peek(cursor, i, t))
            return true;
    return false;
}

static void join_steps(struct sides *s, struct joined *j, const struct steps *steps)
{
    struct cursor many, one;
    double v, *values = ARENA_ARRAY(s->scratch, double, s->numbers);
    cursor_init(&many, &s->many, s->scratch);
    cursor_init(&one, &s->one, s->scratch);
    for (size_t i = 0; i < steps->count; i++) {
        int64_t t = step_time(steps, i);
        if (!eval_count(s->ev, s->many.count + s->one.count + 1))
            return;
        if (!any_at(&s->many, &many, t))
            continue;
        take_one(s, j, &one, values, t, i + 1);
        for (size_t m = 0; m < s->many.count && !s->ev->failed; m++) {
            size_t number = s->many_numbers[m];
            if (cursor_at(&many, m, t, &v) && j->one_step[number] == i + 1)
                join_pair(s, j, m, v, values[number], t, i + 1);
        }
    }
}

struct matrix eval_match(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    struct sides s = eval_sides(ev, expr, steps, scratch);
    struct joined j = {.index = {.arena = scratch}};
    if (ev->failed || !s.many.count || !s.one.count)
        return j.matrix;
    j.pairs = ARENA_ARRAY(scratch, struct pair, s.many.count);
    j.one_row = ARENA_ARRAY(scratch, size_t, s.numbers);
    j.one_step = ARENA_ARRAY(scratch, size_t, s.numbers);
    j.matched = ARENA_ARRAY(scratch, size_t, s.numbers);
    matrix_reserve(ev, &j.matrix, s.many.count);
    join_steps(&s, &j, steps);
    if (j.doubled)
        matrix_settle(ev, &j.matrix, steps);
    return j.matrix;
}

/* Adds a row of the result for each of a side's rows. */
static void add_rows(struct eval *ev, struct matrix *out, const struct matrix *side)
{
    for (size_t i = 0; i < side->count; i++) {
        bool drop_name = side->rows[i].drop_name;
        matrix_add(ev, out, side->rows[i].labels)->drop_name = drop_name;
    }
}

struct set_side {
    const struct matrix *matrix;
    const size_t *numbers;
    struct cursor cursor;
    size_t *present; /* of each number: the last step at which it was there, from 1 */
    struct row *out; /* of the result: one a row of the side, NULL: none */
};

/*
 * Takes a side's points at a step: marks their numbers, and copies those to the result whose number
 * is (wanted) or is not present on the other side; all where other is NULL.
 */
static void take_points(struct eval *ev, struct set_side *side, const struct set_side *other,
                        bool wanted, int64_t t, size_t step)
{
    double v;
    for (size_t i = 0; i < side->matrix->count; i++) {
        size_t number = side->numbers[i];
        if (!cursor_at(&side->cursor, i, t, &v))
            continue;
        side->present[number] = step;
        if (side->out && (!other || (other->present[number] == step) == wanted))
            row_push(ev, &side->out[i], t, v);
    }
}

struct matrix eval_set(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    struct sides s = eval_sides(ev, expr, steps, scratch);
    struct matrix out = {0};
    bool is_or = expr->binary.op == BINARY_OR;
    if (ev->failed)
        return out;
    struct set_side left = {.matrix = &s.many, .numbers = s.many_numbers};
    struct set_side right = {.matrix = &s.one, .numbers = s.one_numbers};
    left.present = ARENA_ARRAY(scratch, size_t, s.numbers);
    right.present = ARENA_ARRAY(scratch, size_t, s.numbers);
    cursor_init(&left.cursor, &s.many, scratch);
    cursor_init(&right.cursor, &s.one, scratch);
    matrix_reserve(ev, &out, s.many.count + (is_or ? s.one.count : 0));
    add_rows(ev, &out, &s.many);
    if (is_or)
        add_rows(ev, &out, &s.one);
    left.out = out.rows;
    right.out = is_or && out.count ? out.rows + s.many.count : NULL;
    for (size_t i = 0; i < steps->count && eval_count(ev, out.count + 1); i++) {
        int64_t t = step_time(steps, i);
        if (is_or) {
            take_points(ev, &left, NULL, true, t, i + 1);
            take_points(ev, &right, &left, false, t, i + 1);
        } else {
            take_points(ev, &right, NULL, true, t, i + 1);
            take_points(ev, &left, &right, expr->binary.op == BINARY_AND, t, i + 1);
        }
    }
    if (is_or)
        matrix_settle(ev, &out, steps);
    return out;
}
