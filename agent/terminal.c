/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool has_colour(void)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(none && *none) && term && strcmp(term, "dumb") != 0;
}

struct report_style terminal_style(bool verbose)
{
    struct winsize size;
    return (struct report_style){
        .colour = has_colour(),
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .verbose = verbose,
        .width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0,
    };
}
