# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by tests that need a real server's programs, without its service. They are compiled for
# /usr, so where they are not installed the test runs again with the unpacked packages laid over
# /usr, in a mount namespace of its own.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"

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

forewarn=$(readlink -f "$top_builddir/forewarn")
tools=$(readlink -f "$top_builddir")/tools/usr
# shellcheck disable=SC2034 # of whoever sources this
failed=0
[ -x "$forewarn" ] || skip "$forewarn is not built"
[ "$(id -u)" = 0 ] || skip "not root"

# need_program PATH: below /usr
need_program()
{
    [ ! -x "/usr/$1" ] || return 0
    [ -z "${TOOLS_LAID:-}" ] || skip "the unpacked ${1##*/} does not run"
    [ -x "$tools/$1" ] || skip "${1##*/} is missing (contrib/setup unpacks it)"
    unshare -m mount -t overlay overlay -o "lowerdir=$tools:/usr" /usr 2>/dev/null ||
        skip "no overlay can be mounted here"
    # shellcheck disable=SC2016 # the inner shell's
    TOOLS_LAID=1 exec unshare -m bash -c \
        'mount -t overlay overlay -o "lowerdir=$1:/usr" /usr && exec bash "$2"' x "$tools" "$0"
}
