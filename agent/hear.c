/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/hear.h"

#include <stdlib.h>

int hear_report(struct round *round, struct intake *intake, struct intake_source *source,
                Forewarn__Report *report, int64_t now_ms, struct error *e)
{
    /* The intake frees the report. */
    char *end = report->end, *done = report->done;
    int code = 0;

    report->end = report->done = NULL;
    if (report->begin)
        code = round_began(round, report->begin, now_ms, e);
    if (code == 0)
        code = intake_report(intake, source, report, e);
    else
        forewarn__report__free_unpacked(report, NULL);
    if (code == 0 && end)
        code = round_ended(round, end, now_ms, e);
    if (code == 0 && done)
        code = round_finished(round, done, e);
    free(end);
    free(done);
    return code;
}
