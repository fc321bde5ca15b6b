/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/command.h"
#include "agent/start.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/log.h"

enum { USAGE_STATUS = 2 };

static int help(const struct command *command, int argc, char **argv);

static const struct command help_command = {
    .name = "help",
    .what = "how to use a command",
    .help = "usage: forewarn help [COMMAND]\n",
    .usage_status = USAGE_STATUS,
    .run = help,
};

static const struct command *const commands[] = {
    &check_command,  &status_command, &probe_command,   &query_command,  &record_command,
    &replay_command, &rules_command,  &config_command,  &ack_command,    &silence_command,
    &notify_command, &munin_command,  &nfslock_command, &verify_command, &help_command};

enum { COMMANDS = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int list_commands(void)
{
    struct buf text = {0};
    struct error e = {0};

    buf_puts(&text, "usage: forewarn COMMAND [OPTION]...\n"
                    "Early warning of storage trouble.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        buf_printf(&text, "  %-8s %s\n", commands[i]->name, commands[i]->what);
    buf_puts(&text, "\n  forewarn help COMMAND, forewarn --version\n");
    int code = command_output(text.data, text.length, &e);
    if (code < 0)
        log_error("%s", e.text);
    buf_free(&text);
    return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int help(const struct command *command, int argc, char **argv)
{
    const struct command *about = argc > 1 ? find_command(argv[1]) : NULL;

    if (argc < 2)
        return list_commands();
    if (!about || argc > 2)
        return command_misused(command, "there is no command '%.80s'", argv[argc - 1]);
    return command_print_help(about);
}

int main(int argc, char **argv)
{
    start_process("forewarn");

    const char *name = argc > 1 ? argv[1] : "";
    int status;
    if (start_exporter(argc, argv, &status))
        return status;
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return command_print_version();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        return list_commands();
    arena_keep_memory();
    const struct command *command = find_command(name);
    if (!command) {
        if (*name)
            log_error("there is no command '%.80s'; see: forewarn help", name);
        else
            log_error("which command? see: forewarn help");
        return USAGE_STATUS;
    }
    return command->run(command, argc - 1, argv + 1);
}
