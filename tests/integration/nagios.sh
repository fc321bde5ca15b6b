#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real Nagios 4 beside an agent: it runs "forewarn check" as a plugin, and takes passive results by
# its command file, on each change and now and then, over a restart of its own; before it runs, and
# when it does not read, nothing is held up.
. "${top_srcdir:-.}/tests/integration/agent.sh"
PATH=$PATH:/usr/sbin:$top_builddir/tools/usr/sbin
command -v nagios4 >/dev/null || skip "nagios4 is missing (Debian: nagios4-core)"

there=$directory/nagios
commands=$there/rw/nagios.cmd
nagios=
mkdir -p "$there/rw" "$there/spool" && chmod 700 "$there/rw" || exit 99
sed "s|@there@|$there|; s|@user@|$(id -un)|; s|@group@|$(id -gn)|" >"$there/nagios.cfg" <<'CFG'
log_file=@there@/nagios.log
cfg_file=@there@/objects.cfg
status_file=@there@/status.dat
status_update_interval=1
object_cache_file=@there@/objects.cache
precached_object_file=@there@/objects.precache
state_retention_file=@there@/retention.dat
temp_file=@there@/nagios.tmp
temp_path=@there@
lock_file=@there@/nagios.pid
check_result_path=@there@/spool
command_file=@there@/rw/nagios.cmd
query_socket=@there@/rw/nagios.qh
check_external_commands=1
nagios_user=@user@
nagios_group=@group@
interval_length=1
enable_notifications=0
check_for_updates=0
CFG
cat >"$there/objects.cfg" <<CFG
define command {
 command_name ok
 command_line /bin/true
}
define command {
 command_name forewarn
 command_line $forewarn check --socket $socket --format nagios
}
define timeperiod {
 timeperiod_name always
 alias always
 sunday 00:00-24:00
 monday 00:00-24:00
 tuesday 00:00-24:00
 wednesday 00:00-24:00
 thursday 00:00-24:00
 friday 00:00-24:00
 saturday 00:00-24:00
}
define contact {
 contact_name root
 host_notification_period always
 service_notification_period always
 host_notification_options n
 service_notification_options n
 host_notification_commands ok
 service_notification_commands ok
}
define host {
 host_name mail7
 address 127.0.0.1
 check_command ok
 max_check_attempts 1
 check_interval 600
 check_period always
 notification_period always
 contacts root
}
define service {
 name any
 host_name mail7
 max_check_attempts 1
 check_interval 1
 retry_interval 1
 check_period always
 notification_period always
 contacts root
 register 0
}
define service {
 use any
 service_description asked
 check_command forewarn
}
define service {
 use any
 service_description forewarn
 check_command ok
 active_checks_enabled 0
}
CFG

start_nagios()
{
    timeout -k 5 120 nagios4 "$there/nagios.cfg" >"$there/out" 2>&1 &
    nagios=$!
    until_true 20 test -p "$commands" || complain "no command file: $(tail -n 3 "$there/out")"
}

stop_nagios()
{
    kill -TERM "$nagios" && wait "$nagios"
    nagios=
}
trap '[ -z "$nagios" ] || kill -TERM "$nagios"; end' EXIT

# says SERVICE TEXT: whether status.dat has it of that service
says()
{
    awk -v service="$1" '
        /^servicestatus/ { inside = 1; right = 0 }
        inside && $0 == "\tservice_description=" service { right = 1 }
        inside && right { print }
        /^\t}/ { inside = 0 }' "$there/status.dat" | grep -qF -- "$2"
}

# results: how many of them Nagios has taken by its command file
results()
{
    grep -c 'EXTERNAL COMMAND: PROCESS_SERVICE_CHECK_RESULT' "$there/nagios.log"
}

# shellcheck disable=SC2317 # until_true runs it
more_than()
{
    [ "$(results)" -gt "$1" ]
}

# Nobody reads yet: that is told once, and the agent goes on.
configure "exporters: {nagios: {command_file: $commands, host: mail7, interval: 2s}}"
start_agent
until_true 20 grep -q "nagios.cmd: ENOENT; it is tried again" "$log" ||
    complain "no word of a command file that is not there: $(tail -n 5 "$log")"
until_true 10 gives 'count_over_time(forewarn_probe_up{probe="md"}[1m]) >= 3' ||
    complain "the agent does not go on"

start_nagios
until_true 20 says forewarn "plugin_output=FOREWARN OK - nothing wrong seen: 3 arrays, 12 disks" ||
    complain "no passive result: $(grep forewarn "$there/nagios.log" | tail -n 3)"
until_true 20 says asked "plugin_output=FOREWARN OK - nothing wrong seen: 3 arrays, 12 disks" ||
    complain "the plugin says something else: $(grep -A30 asked "$there/status.dat")"
says asked "performance_data='critical'=0;;;0 'warning'=0;;;0 'arrays'=3;;;0 'disks'=12;;;0 'md0_degraded'=0" ||
    complain "no performance data"
says asked "current_state=0" || complain "not ok"

# Results come now and then though nothing changes: by them it is seen that forewarn lives.
count=$(results)
until_true 20 more_than $((count + 1)) || complain "no further results"
[ "$(grep -c 'ENOENT; it is tried again' "$log")" = 1 ] || complain "the same trouble is told again"

# A change is there at once, with what to do.
"$top_srcdir/contrib/sample-host" "$directory/sick" >/dev/null || exit 99
rm -rf "${host:?}"/* && cp -a "$directory/sick/." "$host/" || exit 99
for service in forewarn asked; do
    until_true 20 says "$service" "current_state=2" ||
        complain "$service is not critical: $(tail -n 3 "$there/nagios.log")"
done
until_true 10 says forewarn "plugin_output=FOREWARN CRITICAL - md2 (raid5) is degraded" ||
    complain "it does not say what: $(grep plugin_output "$there/status.dat")"
until_true 10 says forewarn 'long_plugin_output=CRITICAL: md2 (raid5) is degraded, 1 of 4 members missing: no redundancy left\n  Now: Let the rebuild run' ||
    complain "no long output: $(grep plugin_output "$there/status.dat")"
until_true 20 says forewarn "'sdh_pending'=24" || complain "no performance data of the disk"

# Nagios goes away and comes back.
stop_nagios
"$forewarn" check --socket "$socket" >/dev/null
[ $? = 2 ] || complain "the agent does not answer while Nagios is away"
count=$(results)
start_nagios
until_true 20 more_than "$count" || complain "no results after a restart of Nagios"
stop_nagios

# Something else than a pipe is left alone.
rm -f "$commands" && : >"$commands"
until_true 20 grep -q "nagios.cmd: is no named pipe" "$log" || complain "no word of what is no pipe"
[ ! -s "$commands" ] || complain "a plain file was written to"
stop_agent || complain "SIGTERM: exit status $?"
exit $failed
