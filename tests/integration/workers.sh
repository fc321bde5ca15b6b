# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of workers: a sample host to look at, and who is to look: as root also as a
# user that may do nothing.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
failed=0

skip()
{
    echo "SKIP: $*"
    exit 77
}

complain()
{
    echo "FAIL: $*"
    failed=1
}

# expect TEXT FILE: the file has a line that holds the text.
expect()
{
    grep -qF -- "$1" "$2" && return
    complain "'$1' is not in:"
    sed 's/^/    | /' "$2"
}

# A check that did not see everything never comes out as ok; what the rules make of it is theirs.
expect_not_ok()
{
    case $1 in
    1 | 2 | 3) ;;
    *) complain "exit status $1" ;;
    esac
}

[ -x "$top_builddir/forewarn" ] || skip "$top_builddir/forewarn is not built"

# Where everybody may read; the build directory may be closed to other users.
directory=$(mktemp -d) || exit 99
trap 'rm -rf "$directory"' EXIT
chmod 755 "$directory"
cp "$top_builddir/forewarn" "$top_builddir"/forewarn-{mailindex,md,nfslock,smart} "$directory" || exit 99
forewarn=$directory/forewarn
host=$directory/host
"$top_srcdir/contrib/sample-host" "$host" --healthy >/dev/null || exit 99

# LeakSanitizer cannot work in a process that is traced.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

# become USER: "${as[@]}" before a command runs it as the caller, or as nobody. No function, for there
# must be no shell that waits and holds what the command holds.
become()
{
    as=()
    [ "$1" = caller ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
}

users=(caller)
if [ "$(id -u)" = 0 ]; then
    if command -v setpriv >/dev/null; then
        users+=(nobody)
    else
        echo "setpriv is missing: not tested as another user"
    fi
fi

# left_over PID...: processes that have to do with the directory, but for PIDs ("": none) and this
# shell.
left_over()
{
    local file pid line
    # By standard input, so that grep's own command line does not hold it.
    grep -l -a -F -f /dev/stdin /proc/[0-9]*/cmdline 2>/dev/null <<<"$directory" | while IFS= read -r file; do
        pid=${file//[!0-9]/}
        line=$(tr '\0' ' ' 2>/dev/null <"$file") 2>/dev/null
        case " $* $$ $BASHPID " in
        *" $pid "*) ;;
        *) [ -z "$line" ] || echo "$pid: $line" ;;
        esac
    done 2>/dev/null
}

# Complains of what is left over; what has just been let go may take a moment to die.
nothing_left()
{
    local rest
    for _ in $(seq 50); do
        rest=$(left_over "")
        [ -n "$rest" ] || return 0
        sleep 0.02
    done
    complain "left over: $rest"
}

# How many findings of $directory/out say that something was not seen.
blind()
{
    grep '"blind":true' "$directory/out" | grep -vc '"probe":"rules"'
}

# seen FILE: findings and probes of a report in JSON, a line each.
seen()
{
    python3 - "$@" <<'PYTHON'
import json, sys
data = json.load(open(sys.argv[1]))
for finding in data["findings"]:
    print(finding["kind"], finding["probe"], finding["target"], finding["message"])
for probe in data["probes"]:
    print("probe", probe["name"], "up" if probe["up"] else "down")
PYTHON
}
