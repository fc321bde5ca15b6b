/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/job.h"
#include "agent/self.h"

void job_report(const struct job *job, struct probe_result *result)
{
    struct batch batch;
    struct intake *intake = job->intake;
    const struct round *round = &job->round;
    bool up = round->done && !round->failure[0];

    *result = (struct probe_result){
        .name = job->probe->name,
        .up = up,
        .seconds = (double)(job->ended_ms - job->begun_ms) / 1000,
        .error = up                  ? ""
                 : round->failure[0] ? arena_strdup(intake->arena, round->failure)
                                     : "the round did not come to its end",
    };
    batch_init(&batch);
    BATCH_SAMPLE(&batch, &self_probe_up, up, job->probe->name);
    BATCH_SAMPLE(&batch, &self_probe_duration, result->seconds, job->probe->name);
    for (size_t i = 0; i < round->target_count; i++)
        if (round->targets[i]->fate != TARGET_UNSEEN)
            BATCH_SAMPLE(&batch, &self_target_hung, round->targets[i]->fate == TARGET_HUNG,
                         job->probe->name, round->targets[i]->name);
    intake_batch(intake, &self_probe, &batch);
    batch_free(&batch);
}
