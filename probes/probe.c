/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/probe.h"

#include <stdarg.h>
#include <stdio.h>

void probe_finding(struct probe_run *run, const char *kind, bool blind, const char *target,
                   const char *file, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    batch_finding(&run->batch, &(struct finding){
                                   .kind = kind,
                                   .blind = blind,
                                   .target = target,
                                   .file = file,
                                   .offset = -1,
                                   .message = message,
                               });
}
