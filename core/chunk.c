/* SPDX-License-Identifier: Apache-2.0 */
#include "core/chunk.h"

#include <errno.h>
#include <stdlib.h>

#include "core/varint.h"

/* Whole numbers are exact in a double up to this. */
#define MOST_WHOLE (INT64_C(1) << 53)

enum {
    FIRST_ROOM = 16,
    LEAD_BITS = 6,
    WIDTH_BITS = 6,
    SMALL_BITS = 3,
    CLASS_BITS = 4,
    CLASS_STEP = 4,
    MAX_DELTA_BITS = 56,
    MAX_RUN_BITS = 16, /* CHUNK_MAX_POINTS has as many */
};

/* The codes for a step's difference: a prefix, and the bits that follow it. */
static const struct step_code {
    uint8_t prefix, prefix_bits, bits;
} step_codes[] = {{0, 1, 7}, {2, 2, 14}, {6, 3, 20}, {14, 4, 32}, {15, 4, 64}};

static unsigned bit_length(uint64_t n)
{
    return n ? 64 - (unsigned)__builtin_clzll(n) : 0;
}

/* What the value will be if it goes on as before; false where that is no exact number. */
static bool predict(const struct chunk_state *s, uint64_t *value)
{
    if (!s->delta) {
        *value = s->value;
        return true;
    }
    int64_t whole = s->whole + s->delta;
    *value = bits_of_whole(whole);
    return whole >= -MOST_WHOLE && whole <= MOST_WHOLE;
}

static void take_value(struct chunk_state *s, uint64_t value)
{
    int64_t whole = 0;
    bool is_whole = bits_are_whole(value, &whole);
    s->delta = is_whole && s->is_whole ? whole - s->whole : 0;
    s->value = value;
    s->whole = whole;
    s->is_whole = is_whole;
}

static void start(struct chunk_state *s, int64_t t, uint64_t value)
{
    *s = (struct chunk_state){.t = t};
    take_value(s, value);
}

/* Writing */

static void make_room(struct chunk_writer *w, unsigned bits)
{
    size_t wanted = (w->bit_count + (size_t)bits + 7) / 8;
    size_t room = w->room ? w->room : FIRST_ROOM;
    while (room < wanted)
        room *= 2;
    if (room == w->room)
        return;
    w->bytes = realloc(w->bytes, room);
    if (!w->bytes)
        abort();
    memset(w->bytes + w->room, 0, room - w->room);
    w->room = (uint32_t)room;
}

static void put(struct chunk_writer *w, uint64_t value, unsigned bits)
{
    make_room(w, bits);
    while (bits) {
        unsigned free_bits = 8 - w->bit_count % 8;
        unsigned now = bits < free_bits ? bits : free_bits;
        uint64_t part = value >> (bits - now) & ((1U << now) - 1);
        w->bytes[w->bit_count / 8] |= (uint8_t)(part << (free_bits - now));
        w->bit_count += now;
        bits -= now;
    }
}

static void put_run(struct chunk_writer *w)
{
    unsigned length = bit_length(w->run);
    if (!w->run)
        return;
    put(w, 0, 1 + length - 1);
    put(w, w->run, length);
    w->run = 0;
}

static void put_step(struct chunk_writer *w, uint64_t step)
{
    uint64_t n = zigzag((int64_t)(step - w->last.step));
    const struct step_code *code = step_codes;
    while (code->bits < 64 && bit_length(n) > code->bits)
        code++;
    put(w, code->prefix, code->prefix_bits);
    put(w, n, code->bits);
    w->last.step = step;
}

/* How the XOR with the value before can be told. */
struct xored {
    uint64_t bits;
    unsigned lead, trail, cost;
    bool fits; /* into the last window */
};

static struct xored xor_with_last(const struct chunk_state *s, uint64_t value)
{
    struct xored x = {.bits = value ^ s->value};
    x.lead = x.bits ? (unsigned)__builtin_clzll(x.bits) : 63;
    x.trail = x.bits ? (unsigned)__builtin_ctzll(x.bits) : 0;
    unsigned new_cost = 2 + LEAD_BITS + WIDTH_BITS + 64 - x.lead - x.trail;
    unsigned window_trail = 64U - s->lead - s->width;
    x.fits = s->width && x.lead >= s->lead && (!x.bits || x.trail >= window_trail) &&
             1U + s->width <= new_cost;
    x.cost = x.fits ? 1U + s->width : new_cost;
    return x;
}

static void put_xor(struct chunk_writer *w, const struct xored *x)
{
    struct chunk_state *s = &w->last;
    if (x->fits) {
        put(w, 0, 1);
    } else {
        s->lead = (uint8_t)x->lead;
        s->width = (uint8_t)(64 - x->lead - x->trail);
        put(w, 2, 2);
        put(w, s->lead, LEAD_BITS);
        put(w, s->width - 1U, WIDTH_BITS);
    }
    put(w, x->bits >> (64 - s->lead - s->width), s->width);
}

static void put_value(struct chunk_writer *w, uint64_t value)
{
    struct xored x = xor_with_last(&w->last, value);
    int64_t whole;
    if (w->last.is_whole && bits_are_whole(value, &whole)) {
        uint64_t n = zigzag(whole - w->last.whole);
        unsigned class = n ? (bit_length(n) - 1) / CLASS_STEP : 0;
        unsigned bits = (class + 1) * CLASS_STEP;
        if (bit_length(n) <= SMALL_BITS && 3 + SMALL_BITS <= x.cost) {
            put(w, 6, 3);
            put(w, n, SMALL_BITS);
            return;
        }
        if (3 + CLASS_BITS + bits < x.cost) {
            put(w, 7, 3);
            put(w, class, CLASS_BITS);
            put(w, n, bits);
            return;
        }
    }
    put_xor(w, &x);
}

static void put_first(struct chunk_writer *w, int64_t t, uint64_t value)
{
    uint8_t bytes[VARINT_MAX_BYTES + VALUE_MAX_BYTES];
    size_t length = varint_put(bytes, zigzag(t));
    length += value_put(bytes + length, value);
    for (size_t i = 0; i < length; i++)
        put(w, bytes[i], 8);
    start(&w->last, t, value);
}

void chunk_append(struct chunk_writer *w, struct point point)
{
    uint64_t value, predicted;
    memcpy(&value, &point.v, sizeof value);
    if (!w->count++) {
        put_first(w, point.t, value);
        return;
    }
    uint64_t step = (uint64_t)point.t - (uint64_t)w->last.t;
    bool same_step = step == w->last.step;
    if (same_step && predict(&w->last, &predicted) && value == predicted) {
        w->run++;
    } else {
        put_run(w);
        put(w, same_step ? 2 : 3, 2);
        if (!same_step)
            put_step(w, step);
        put_value(w, value);
    }
    w->last.t = point.t;
    take_value(&w->last, value);
}

size_t chunk_length(const struct chunk_writer *w)
{
    return 3 + (w->bit_count + 2 * bit_length(w->run) + 7) / 8;
}

void chunk_finish(struct chunk_writer *w, struct buf *out)
{
    put_run(w);
    varint_add(out, w->count);
    buf_add(out, w->bytes, (w->bit_count + 7) / 8);
}

void chunk_free(struct chunk_writer *w)
{
    free(w->bytes);
    *w = (struct chunk_writer){0};
}

/* Reading */

static int broken(struct chunk_reader *r)
{
    r->left = r->run = 0;
    r->held = false;
    r->is_broken = true;
    return -EBADMSG;
}

static int open_first(struct chunk_reader *r, struct span span, uint32_t count)
{
    uint64_t t, value;
    const uint8_t *start_at = span.at;
    if (!varint_take(&span, &t) || !value_take(&span, &value))
        return broken(r);
    start(&r->last, unzigzag(t), value);
    r->bits = (struct bits){.bytes = start_at,
                            .length = (size_t)(span.end - start_at),
                            .at = (size_t)(span.at - start_at) * 8};
    r->left = count - 1;
    r->held = true;
    return 0;
}

int chunk_open(const void *bytes, size_t length, struct chunk_reader *r)
{
    const uint8_t *at = bytes;
    struct span span = {at, at + length};
    uint64_t count;
    *r = (struct chunk_reader){0};
    if (!length || !varint_take(&span, &count) || !count || count > CHUNK_MAX_POINTS)
        return broken(r);
    return open_first(r, span, (uint32_t)count);
}

void chunk_open_writer(const struct chunk_writer *w, struct chunk_reader *r)
{
    *r = (struct chunk_reader){.tail = w->run};
    open_first(r, (struct span){w->bytes, w->bytes + (w->bit_count + 7) / 8}, w->count);
}

static void read_step(struct chunk_reader *r)
{
    unsigned ones = (unsigned)__builtin_clzll(~bits_peek(&r->bits) | 1);
    const struct step_code *code = &step_codes[ones < 4 ? ones : 4];
    bits_skip(&r->bits, code->prefix_bits);
    r->last.step += (uint64_t)unzigzag(bits_take(&r->bits, code->bits));
}

static uint64_t read_xor(struct chunk_reader *r)
{
    const struct chunk_state *s = &r->last;
    return s->value ^ bits_take(&r->bits, s->width) << (64 - s->lead - s->width);
}

static bool read_delta(struct chunk_reader *r, unsigned bits, uint64_t *value)
{
    if (!r->last.is_whole || bits > MAX_DELTA_BITS)
        return false;
    int64_t whole = r->last.whole + unzigzag(bits_take(&r->bits, bits));
    *value = bits_of_whole(whole);
    return whole >= -MOST_WHOLE && whole <= MOST_WHOLE;
}

static bool read_value(struct chunk_reader *r, uint64_t *value)
{
    struct bits *bits = &r->bits;
    unsigned code = (unsigned)(bits_peek(bits) >> 61);
    if (code < 4) { /* 0 */
        bits_skip(bits, 1);
        if (!r->last.width)
            return false;
        *value = read_xor(r);
        return true;
    }
    if (code < 6) { /* 10 */
        bits_skip(bits, 2);
        r->last.lead = (uint8_t)bits_take(bits, LEAD_BITS);
        r->last.width = (uint8_t)(bits_take(bits, WIDTH_BITS) + 1);
        if (r->last.lead + r->last.width > 64)
            return false;
        *value = read_xor(r);
        return true;
    }
    bits_skip(bits, 3);
    if (code == 6)
        return read_delta(r, SMALL_BITS, value);
    return read_delta(r, ((unsigned)bits_take(bits, CLASS_BITS) + 1) * CLASS_STEP, value);
}

/* Whether the run that begins stays within what times and whole numbers can be. */
static bool is_sound_run(const struct chunk_reader *r)
{
    const struct chunk_state *s = &r->last;
    uint64_t span;
    int64_t end, whole;
    if (!r->run || r->run > r->left || !s->step || s->step > INT64_MAX ||
        __builtin_mul_overflow(s->step, (uint64_t)r->run, &span) || span > INT64_MAX ||
        __builtin_add_overflow(s->t, (int64_t)span, &end))
        return false;
    return !s->delta || (!__builtin_mul_overflow(s->delta, (int64_t)r->run, &whole) &&
                         !__builtin_add_overflow(whole, s->whole, &whole) && whole >= -MOST_WHOLE &&
                         whole <= MOST_WHOLE);
}

static bool read_run(struct chunk_reader *r)
{
    if (r->left == r->tail) {
        r->run = r->tail;
        r->tail = 0;
    } else {
        unsigned zeroes = (unsigned)__builtin_clzll(bits_peek(&r->bits) << 1 | 1);
        if (zeroes >= MAX_RUN_BITS)
            return false;
        r->run = (uint32_t)bits_take(&r->bits, 1 + zeroes + zeroes + 1);
    }
    return is_sound_run(r);
}

static bool read_sample(struct chunk_reader *r)
{
    struct chunk_state *s = &r->last;
    uint64_t value;
    if (bits_take(&r->bits, 2) == 3)
        read_step(r);
    int64_t t = (int64_t)((uint64_t)s->t + s->step);
    if (t <= s->t || !read_value(r, &value))
        return false;
    s->t = t;
    take_value(s, value);
    r->left--;
    r->held = true;
    return true;
}

/* Takes the next record: afterwards there is a run, or a sample is held. */
static int next_record(struct chunk_reader *r)
{
    bool is_run = r->left == r->tail || !(bits_peek(&r->bits) >> 63);
    bool sound = is_run ? read_run(r) : read_sample(r);
    return sound && !r->bits.is_overrun ? 0 : broken(r);
}

static struct point held_point(const struct chunk_state *s)
{
    struct point point = {.t = s->t};
    memcpy(&point.v, &s->value, sizeof point.v);
    return point;
}

/* Moves on by n samples of the run. */
static void pass_run(struct chunk_reader *r, uint32_t n)
{
    struct chunk_state *s = &r->last;
    s->t += (int64_t)(s->step * n);
    if (s->delta) {
        s->whole += s->delta * n;
        s->value = bits_of_whole(s->whole);
    }
    r->run -= n;
    r->left -= n;
}

static uint32_t read_points_of_run(struct chunk_reader *r, struct point *points, size_t room)
{
    uint32_t n = r->run < room ? r->run : (uint32_t)room;
    struct point point = held_point(&r->last);
    int64_t step = (int64_t)r->last.step;
    double delta = (double)r->last.delta; /* 0, or the sums are exact */
    for (uint32_t i = 0; i < n; i++) {
        point.t += step;
        if (r->last.delta)
            point.v += delta;
        points[i] = point;
    }
    pass_run(r, n);
    return n;
}

int chunk_read(struct chunk_reader *r, struct point *points, size_t room)
{
    size_t n = 0;
    if (room > CHUNK_MAX_POINTS)
        room = CHUNK_MAX_POINTS;
    while (n < room) {
        if (r->held) {
            points[n++] = held_point(&r->last);
            r->held = false;
        } else if (r->run) {
            n += read_points_of_run(r, points + n, room - n);
        } else if (!r->left || next_record(r) < 0) {
            break;
        }
    }
    return n || !r->is_broken ? (int)n : -EBADMSG;
}

int chunk_skip(struct chunk_reader *r, int64_t t)
{
    for (;;) {
        if (r->held) {
            if (r->last.t > t)
                return 0;
            r->held = false;
        } else if (r->run) {
            uint64_t n = t > r->last.t ? ((uint64_t)t - (uint64_t)r->last.t) / r->last.step : 0;
            if (n < r->run) {
                pass_run(r, (uint32_t)n);
                return 0;
            }
            pass_run(r, r->run);
        } else if (!r->left || next_record(r) < 0) {
            return r->is_broken ? -EBADMSG : 0;
        }
    }
}
