#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A disk that comes is looked at and judged at once, long before the probe's and the rules' time.
# What md's attributes tell cannot be had without md: tests/agent/test_event.c, and a virtual machine.
. "${top_srcdir:-.}/tests/integration/agent.sh"

[ "$(id -u)" = 0 ] || skip "only root can have the kernel tell of a disk once more"
disk=
for entry in /sys/block/*; do
    case ${entry##*/} in
    loop* | ram* | zram* | dm-* | sr* | fd* | nbd* | md*) ;;
    *) disk=${entry##*/} ;;
    esac
done
[ -n "$disk" ] || skip "there is no disk in /sys/block"
[ -w "/sys/block/$disk/uevent" ] || skip "/sys/block/$disk/uevent is not writable"

cat >"$config" <<CONFIG
state_directory: $state
evaluation_interval: 1h
probes: {md: {interval: 1h}, smart: {enabled: false}}
CONFIG
ticks='count_over_time(forewarn_build_info[2h])'
timeout -k 5 120 "$forewarnd" --config "$config" --control-socket "$socket" -vv "${web[@]}" >>"$log" 2>&1 &
agent=$!
until_true 20 gives "$ticks > 0" || {
    complain "no first tick: $(cat "$log")"
    exit $failed
}

before=$(value "$ticks")
echo add 2>/dev/null >"/sys/block/$disk/uevent" || skip "the kernel does not tell of $disk once more"
until_true 20 gives "$ticks > $before" || complain "no tick out of turn: $(cat "$log")"

# That something changed on a disk is no reason to look: who looks may be who changed it.
before=$(value "$ticks")
echo change >"/sys/block/$disk/uevent"
sleep 2
[ "$(value "$ticks")" = "$before" ] || complain "a tick after a change"
stop_agent || complain "SIGTERM: exit status $?: $(tail -n 3 "$log")"
exit $failed
