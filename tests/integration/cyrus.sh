# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by tests that need a real Cyrus: its programs, without a server. imapd and lmtpd speak on
# standard input and output, so that nothing listens anywhere.
. "${top_srcdir:-.}/tests/integration/unpacked.sh"
need_program lib/cyrus/bin/imapd

directory=$(mktemp -d) || exit 99
cyrus_uid=65534
trap 'rm -rf "$directory"' EXIT
chmod 755 "$directory"
mkdir "$directory/conf" "$directory/conf/socket" "$directory/spool" "$directory/run"
cat >"$directory/imapd.conf" <<CONF
configdirectory: $directory/conf
defaultpartition: default
partition-default: $directory/spool
proc_path: $directory/run/proc
mboxname_lockpath: $directory/run/lock
sievedir: $directory/sieve
cyrus_user: $(id -nu $cyrus_uid)
admins: cyrus
unixhierarchysep: yes
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_auto_transition: no
conversations: yes
conversations_db: twoskip
expunge_mode: delayed
delete_mode: delayed
CONF
chown -R $cyrus_uid:$cyrus_uid "$directory"

# What starts a program of Cyrus; its user, and what its services want of their master.
CYRUS_RUN="setpriv --reuid $cyrus_uid --regid $cyrus_uid --clear-groups"
export CYRUS_RUN+=" env CYRUS_SERVICE=test CYRUS_ID=1"

# as_cyrus PROGRAM ARGUMENT...: one of Cyrus', as its user
as_cyrus()
{
    local program=$1
    shift
    # shellcheck disable=SC2086 # words
    timeout 60 $CYRUS_RUN "/usr/lib/cyrus/bin/$program" -C "$directory/imapd.conf" "$@"
}
