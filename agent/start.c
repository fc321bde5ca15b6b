/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/start.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "core/log.h"

/*
 * Standard input, output and error have to be there, or what is opened next takes their numbers and
 * gets what was meant for them. They are filled up such that writing to them still fails.
 */
static void fill_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

void start_process(const char *program)
{
    fill_standard_descriptors();
    signal(SIGPIPE, SIG_IGN);
    setlocale(LC_CTYPE, "");
    log_open(program, LOG_NOTICE);
}
