# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by setup, quickstart, run-tests and .ci/run: steps with a log each, and test results.

step_tail=25 # lines of the log shown when a step fails

# step LOG TITLE COMMAND...: runs COMMAND with its output in LOG and says how long it took; on a
# terminal also what it is doing. When it fails, shows the end of LOG and returns its status.
step()
{
    local log=$1 title=$2 start=$SECONDS status=0
    shift 2
    mkdir -p "${log%/*}"
    if [ -t 1 ]; then
        "$@" >"$log" 2>&1 </dev/null &
        step_watch $! "$title" "$log" "$start"
        wait $! || status=$?
        printf '\r\033[K'
    else
        "$@" >"$log" 2>&1 </dev/null || status=$?
    fi
    if [ "$status" = 0 ]; then
        printf '  %-62s %4d s\n' "$title" $((SECONDS - start))
        return 0
    fi
    printf '  %-62s %4d s  FAILED\n' "$title" $((SECONDS - start))
    tail -n "$step_tail" "$log" | sed 's/^/    | /'
    echo "  all of it: $log"
    return "$status"
}

# One line that is written over: title, seconds, the last line of the log.
step_watch()
{
    local pid=$1 title=$2 log=$3 start=$4 line width
    while kill -0 "$pid" 2>/dev/null; do
        width=$(($(tput cols 2>/dev/null || echo 80) - 1))
        line=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | tr -c '[:print:]' ' ')
        line=$(printf '  %s, %d s  %s' "$title" $((SECONDS - start)) "$line")
        printf '\r\033[K%s' "${line:0:width}"
        sleep 0.3
    done
}

# results DIR WORD...: the tests below the build directory DIR whose result is one of WORDs, a line
# each, by the .trs files that automake's test driver leaves.
results()
{
    local dir=$1 words
    shift
    words=$(IFS='|' && echo "$*")
    find "$dir" -name '*.trs' -exec grep -lE "^:test-result: ($words)( |\$)" {} + |
        sed "s|^$dir/||; s|\.trs\$||" | sort
}

# forget_results DIR: so that a test that was removed does not count for ever.
forget_results()
{
    find "$1" -name '*.trs' -delete
}

# Sets passed, failed and skipped from the results below DIR.
# shellcheck disable=SC2034 # they are for the caller
count_results()
{
    passed=$(results "$1" PASS XFAIL | wc -l)
    failed=$(results "$1" FAIL XPASS ERROR | wc -l)
    skipped=$(results "$1" SKIP | wc -l)
}

# why_skipped LOG: the last thing that the test said.
why_skipped()
{
    grep -vE '^(SKIP .* \(exit status: 77\))?$' "$1" | tail -n 1 | sed -E 's/^(SKIP|skipped): //; s/^\[  SKIPPED \] //'
}

# Names the tests below DIR that failed, with the end of what they said, and those left out.
show_results()
{
    local dir=$1 name
    results "$dir" FAIL XPASS ERROR | while IFS= read -r name; do
        echo
        echo "FAILED  $name"
        tail -n 25 "$dir/$name.log" | sed 's/^/    | /'
        echo "  all of it: $dir/$name.log"
    done
    results "$dir" SKIP | while IFS= read -r name; do
        echo "skipped $name: $(why_skipped "$dir/$name.log")"
    done
}

# tested DIR LOG TITLE COMMAND...: a step that runs tests, with the results below DIR: names what
# failed and what was left out, and sets passed, failed and skipped. A test that could not even be
# built leaves no result: then the command counts as the one that failed.
tested()
{
    local dir=$1 log=$2 status=0
    shift
    mkdir -p "$dir"
    forget_results "$dir"
    step_tail=0 step "$@" || status=$?
    show_results "$dir"
    count_results "$dir"
    if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
        failed=1
        tail -n "$step_tail" "$log" | sed 's/^/    | /'
    fi
}
