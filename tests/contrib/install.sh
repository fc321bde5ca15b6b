#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "make install" puts things where they belong, and "make uninstall" takes all of them away again.
set -u
: "${top_builddir:=.}"
directory=$(mktemp -d "${TMPDIR:-/tmp}/forewarn-install-XXXXXX") || exit 99
trap 'rm -rf "$directory"' EXIT
failed=0
complain()
{
    echo "$*"
    failed=1
}

cd "$top_builddir" || exit 99
variables=(DESTDIR="$directory" prefix=/usr sysconfdir=/etc localstatedir=/var)
make -s install "${variables[@]}" >"$directory.log" 2>&1 || complain "install: $(cat "$directory.log")"
for file in usr/bin/forewarn usr/sbin/forewarnd usr/share/forewarn/rules/md.yml \
    usr/libexec/forewarn/forewarn-md usr/libexec/forewarn/forewarn-mailindex \
    usr/share/man/man1/forewarn.1 usr/lib/systemd/system/forewarnd.service \
    usr/lib/systemd/system/forewarn-launcher@.service usr/lib/tmpfiles.d/forewarn.conf \
    usr/lib/sysusers.d/forewarn.conf; do
    [ -f "$directory/$file" ] || complain "not installed: /$file"
done
for place in 755:etc/forewarn/rules 755:var/lib/forewarn/history 700:var/lib/forewarn/exporters \
    700:var/lib/forewarn/probes; do
    [ "$(stat -c %a "$directory/${place#*:}" 2>&1)" = "${place%%:*}" ] || complain "${place#*:}: not ${place%%:*}"
done
grep -rl '@[a-z]*dir@' "$directory" | while IFS= read -r file; do echo "not filled in: $file"; done | grep . && failed=1

make -s uninstall "${variables[@]}" >"$directory.log" 2>&1 || complain "uninstall: $(cat "$directory.log")"
left=$(find "$directory" ! -type d -o -name '*forewarn*' ! -path "$directory")
[ -z "$left" ] || complain "left behind: $left"

# What a user has put there stays.
make -s install "${variables[@]}" >"$directory.log" 2>&1
echo 'evaluation_interval: 30s' >"$directory/etc/forewarn/forewarn.yml"
make -s uninstall "${variables[@]}" >"$directory.log" 2>&1
[ -f "$directory/etc/forewarn/forewarn.yml" ] || complain "the configuration is gone"
rm -f "$directory.log"
exit $failed
