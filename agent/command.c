/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/command.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "core/log.h"

int command_misused(const struct command *command, const char *format, ...)
{
    char what[512];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    log_error("%s: %s; see: forewarn help %s", command->name, what, command->name);
    return command->usage_status;
}

int command_bad_option(const struct command *command, int found, char **argv)
{
    const char *option = argv[optind - 1];

    if (found == ':')
        return command_misused(command, "%s needs an argument", option);
    if (strncmp(option, "--", 2) == 0)
        return command_misused(command, "%s %s", optopt ? "no argument belongs to" : "no option",
                               option);
    return command_misused(command, "no option -%c", optopt);
}

int command_print_help(const struct command *command)
{
    struct error e = {0};
    int code = command_output(command->help, strlen(command->help), &e);
    if (code < 0)
        log_error("%s", e.text);
    return code < 0 ? command->usage_status : EXIT_SUCCESS;
}

int command_print_version(void)
{
    static const char text[] = "forewarn " PACKAGE_VERSION "\n";
    struct error e = {0};
    int code = command_output(text, strlen(text), &e);
    if (code < 0)
        log_error("%s", e.text);
    return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What is left of it to write; negative where that cannot be. */
static ssize_t write_some(const char *data, size_t length)
{
    ssize_t n = write(STDOUT_FILENO, data, length);
    if (n >= 0 || errno == EINTR)
        return n < 0 ? 0 : n;
    if (errno != EAGAIN)
        return -errno;
    poll(&(struct pollfd){.fd = STDOUT_FILENO, .events = POLLOUT}, 1, -1);
    return 0;
}

int command_output(const char *data, size_t length, struct error *e)
{
    while (length) {
        ssize_t n = write_some(data, length);
        if (n < 0)
            return error_set(e, (int)n, "write to standard output: %s", error_name((int)n));
        data += n;
        length -= (size_t)n;
    }
    return 0;
}
