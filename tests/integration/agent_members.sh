#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Three agents share one tree of mailboxes: each mailbox is looked at by exactly one of them, and the
# sum over all is the number of mailboxes. One is killed: after the time its share is taken over by
# the other two. It comes back, and has its share again.
# shellcheck disable=SC2317 # functions are called by until_true
. "${top_srcdir:-.}/tests/integration/agent.sh"

[ "$(id -u)" = 0 ] || skip "not root: a worker may not read what it has to"
chmod 755 "$directory"
mail=$directory/mail
count=24

# Every one is damaged, so that what each agent knows says which ones it looked at.
for i in $(seq "$count"); do
    mkdir -p "$mail/u$i/cur" "$mail/u$i/new" "$mail/u$i/tmp"
    printf 'longer than it says\n' >"$mail/u$i/cur/1.M1P1.h,S=6,W=8:2,S"
    printf '3 V1 N2 G%032d\n1 :1.M1P1.h,S=6,W=8\n' 1 >"$mail/u$i/dovecot-uidlist"
done
mkdir "$directory/members"
declare -A agents

# start_member NAME
start_member()
{
    mkdir -p "$directory/$1/state" "$directory/$1/run"
    chown nobody "$directory/$1/run"
    printf '%s\n' "state_directory: $directory/$1/state" "evaluation_interval: 1s" \
        "rule_files: [$(readlink -f "$top_srcdir")/rules/mailindex.yml]" \
        "probes:" "  md: {enabled: false}" "  smart: {enabled: false}" "  nfslock: {enabled: false}" \
        "  mailindex:" "    interval: 1s" \
        "    stores: [{path: $mail, members: [m1, m2, m3.example.org], member: $1," \
        "      members_directory: $directory/members, takeover: 15s}]" >"$directory/$1/forewarn.yml"
    timeout -k 5 300 "$forewarnd" --config "$directory/$1/forewarn.yml" \
        --control-socket "$directory/$1/run/s" -v "${web[@]}" >>"$directory/$1/log" 2>&1 &
    agents[$1]=$!
}

# The agent itself, as timeout(1) waits for it.
pid_of()
{
    pgrep -P "${agents[$1]}"
}

end_members()
{
    local name
    for name in "${!agents[@]}"; do
        kill -KILL "$(pid_of "$name")" 2>/dev/null
        kill -KILL "${agents[$name]}" 2>/dev/null
    done
    rm -rf "$directory"
}
trap end_members EXIT

# number NAME EXPRESSION
number()
{
    socket=$directory/$1/run/s value "$2"
}

# sum EXPRESSION NAME...: over these agents; 0 where one has none
sum()
{
    local expression=$1 name total=0 of
    shift
    for name in "$@"; do
        of=$(number "$name" "sum($expression)")
        total=$((total + ${of:-0}))
    done
    echo "$total"
}

# mailboxes NAME: which it knows, by what it keeps
mailboxes()
{
    grep -ho '"mailbox": "[^"]*"' "$directory/$1/state/probes/mailindex/"*.json 2>/dev/null
}

# divided NAME...: each mailbox is known to exactly one of them, and each of them has some
divided()
{
    local name all=
    for name in "$@"; do
        [ "$(mailboxes "$name" | wc -l)" -gt 0 ] || return 1
        all+=$(mailboxes "$name")$'\n'
    done
    [ "$(grep -c . <<<"$all")" = "$count" ] && [ "$(grep . <<<"$all" | sort -u | wc -l)" = "$count" ] &&
        [ "$(sum 'forewarn_mail_mailboxes{verdict="damaged"}' "$@")" = "$count" ] &&
        [ "$(sum forewarn_mail_mailboxes "$@")" = "$count" ]
}

show()
{
    local name
    for name in m1 m2 m3.example.org; do
        echo "$name: $(mailboxes "$name" | wc -l) kept," \
            "$(number "$name" 'sum(forewarn_mail_mailboxes)') counted," \
            "gone: $(number "$name" 'forewarn_mail_members{state="gone"}')"
        tail -n 3 "$directory/$name/log"
    done
}

# gone NAME NUMBER: how many members it misses
gone()
{
    [ "$(number "$1" "forewarn_mail_members{member=\"$1\",state=\"gone\"}")" = "$2" ]
}

for name in m1 m2 m3.example.org; do
    start_member "$name"
done
until_true 60 divided m1 m2 m3.example.org || complain "not divided: $(show)"
gone m1 0 || complain "somebody is gone: $(show)"

kill -KILL "$(pid_of m2)" && wait "${agents[m2]}" 2>/dev/null
until_true 60 divided m1 m3.example.org || complain "its share is not taken over: $(show)"
gone m1 1 || complain "nobody is gone: $(show)"
until_true 10 number m1 'ALERTS{alertname="MailMemberGone",alertstate="firing"} == 1' ||
    complain "no alert of a member that is gone"

start_member m2
until_true 60 divided m1 m2 m3.example.org || complain "not divided again: $(show)"
exit "$failed"
