#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh PROGRAM..., in the build directory
# Runs each unit test under valgrind. Results go into valgrind/PROGRAM.log and .trs, in the form
# automake gives its own, so that they are counted alike. Any error or definite leak is a failure.
set -u

# result PROGRAM WORD [WHY]
result()
{
    printf ':test-result: %s\n' "$2" >"valgrind/$1.trs"
    echo "$2: valgrind $1${3:+ ($3)}"
}

skip()
{
    echo "$2" >"valgrind/$1.log"
    result "$1" SKIP "$2"
}

run()
{
    local program=$1
    mkdir -p "valgrind/${program%/*}"
    case " ${NOT_UNDER_VALGRIND-} " in
    *" $program "*)
        skip "$program" "it looks at itself as a process, and would see valgrind"
        return 0
        ;;
    esac
    LD_PRELOAD=$PWD/tests/valgrind/openat2.so \
        valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
            --child-silent-after-fork=yes "./$program" >"valgrind/$program.log" 2>&1 </dev/null
    case $? in
    0) result "$program" PASS ;;
    77) result "$program" SKIP ;;
    *)
        result "$program" FAIL
        return 1
        ;;
    esac
}

if [ "$1" = --one ]; then
    run "$2"
    exit
fi

rm -rf valgrind
mkdir valgrind
if ! command -v valgrind >/dev/null; then
    skip all "valgrind is missing"
    exit 0
fi
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 bash "$0" --one
