/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TEMPLATE_FUNC_H
#define RULES_TEMPLATE_FUNC_H

#include "rules/template_value.h"

/* One expansion. */
struct tmpl_run {
    const struct template *template;
    const struct template_data *data;
    struct arena *arena;
    struct buf out;
    size_t steps;
    int depth;
    struct error *e;
};

/* and and or evaluate their arguments one by one, until one decides. */
enum tmpl_lazy { TMPL_EAGER, TMPL_AND, TMPL_OR };

struct tmpl_function {
    const char *name;
    size_t least, most; /* how many arguments */
    int (*call)(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                struct tmpl_value *result);
    enum tmpl_lazy lazy;
};

/* NULL where there is none of that name. */
const struct tmpl_function *tmpl_function_find(const char *name, size_t length);

/* Arguments of a type; each gives -EINVAL, "wrong type ...", where it is another. */
int tmpl_want_text(struct tmpl_run *run, const struct tmpl_value *value, const char **text);
int tmpl_want_samples(struct tmpl_run *run, const struct tmpl_value *value);
int tmpl_want_sample(struct tmpl_run *run, const struct tmpl_value *value);

/* A number, or a text that is one. */
int tmpl_want_number(struct tmpl_run *run, const struct tmpl_value *value, double *number);

/* A text in the run's arena of what was put into buf, which is freed. */
struct tmpl_value tmpl_text_of(struct tmpl_run *run, struct buf *buf);

typedef int tmpl_call(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                      struct tmpl_value *result);

/* template_humanize.c */
tmpl_call tmpl_humanize, tmpl_humanize_1024, tmpl_humanize_duration, tmpl_humanize_percentage,
    tmpl_humanize_timestamp, tmpl_to_duration;

/* template_builtin.c: what Go's templates have themselves */
tmpl_call tmpl_not, tmpl_len, tmpl_index, tmpl_slice, tmpl_sprint, tmpl_sprintln, tmpl_html,
    tmpl_url_query, tmpl_eq, tmpl_ne, tmpl_lt, tmpl_le, tmpl_gt, tmpl_ge;

/* template_printf.c */
tmpl_call tmpl_printf;

/* template_text.c */
tmpl_call tmpl_re_replace_all, tmpl_match, tmpl_title, tmpl_to_upper, tmpl_to_lower,
    tmpl_strip_port, tmpl_strip_domain, tmpl_graph_link, tmpl_table_link;

#endif
