#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh PROGRAM..., in the build directory
# Runs each unit test under valgrind. Results go into valgrind/PROGRAM.log and .trs, in the form
# automake gives its own, so that they are counted alike. Any error or definite leak is a failure.
set -u

if ! command -v valgrind >/dev/null; then
    mkdir -p valgrind
    echo "valgrind is missing" >valgrind/valgrind.log
    printf ':test-result: SKIP\n' >valgrind/valgrind.trs
    echo "SKIP: valgrind (valgrind is missing)"
    exit 0
fi

failed=0
rm -rf valgrind
for program in "$@"; do
    result=valgrind/$program
    mkdir -p "${result%/*}"
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
