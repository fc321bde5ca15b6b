# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the style tests: goes to the top of the sources and gives the functions below. The
# tests look at what git would take, so that a build directory inside the tree is left alone.
set -u
shopt -s lastpipe # "... | complain" runs in this shell and can count

cd "${top_srcdir:-.}" || exit 99

skip()
{
    echo "SKIP: $*"
    exit 77
}

# The tree may belong to another user than the one who tests (a container, sudo).
project_git()
{
    git -c safe.directory='*' "$@"
}

command -v git >/dev/null || skip "git is missing"
project_git ls-files --error-unmatch configure.ac >/dev/null 2>&1 ||
    skip "not a git checkout of the project"

# files [PATTERN...]: names of the project's files, one a line; patterns as git knows them.
files()
{
    project_git ls-files -co --exclude-standard -- "$@" | while IFS= read -r file; do
        [ -f "$file" ] && printf '%s\n' "$file"
    done
}

# complain WHAT < LINES: fails when there are any lines, and shows them.
complaints=0
complain()
{
    local lines
    lines=$(cat)
    [ -n "$lines" ] || return 0
    printf '%s:\n%s\n' "$1" "$lines"
    complaints=1
}

finish()
{
    exit "$complaints"
}
