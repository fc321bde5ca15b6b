#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh PROGRAM..., in the build directory
# Runs each unit test under valgrind. Results go into valgrind/PROGRAM.log and .trs, in the form
# automake gives its own, so that they are counted alike. Any error or definite leak is a failure.
set -u

skip()
{
    mkdir -p "$(dirname "valgrind/$1")"
    echo "$2" >"valgrind/$1.log"
    printf ':test-result: SKIP\n' >"valgrind/$1.trs"
    echo "SKIP: valgrind $1 ($2)"
}

rm -rf valgrind
if ! command -v valgrind >/dev/null; then
    skip all "valgrind is missing"
    exit 0
fi

failed=0
for program in "$@"; do
    result=valgrind/$program
    mkdir -p "${result%/*}"
    case " ${NOT_UNDER_VALGRIND-} " in
    *" $program "*)
        skip "$program" "it executes itself again, which valgrind does not follow"
        continue
        ;;
    esac
    # Children exec themselves without valgrind and are tested by the integration tests.
    LD_PRELOAD=$PWD/tests/valgrind/openat2.so \
        valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
            --child-silent-after-fork=yes "./$program" >"$result.log" 2>&1 </dev/null
    status=$?
    case $status in
    0) word=PASS ;;
    77) word=SKIP ;;
    *) word=FAIL failed=1 ;;
    esac
    printf ':test-result: %s\n' "$word" >"$result.trs"
    echo "$word: valgrind $program"
    [ "$word" != FAIL ] || tail -n 30 "$result.log"
done
exit "$failed"
