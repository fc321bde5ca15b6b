#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The product speaks of no one's machine: no developer's paths, and no test inputs outside of tests.
. "${top_srcdir:-.}/tests/style/files.sh"

files ':!tests/style' ':!tests/data' ':!tests/fuzz/seeds' |
    xargs -d '\n' grep -HnIE '/(home|Users)/[a-z]|/work/|/tmp/states' -- |
    complain "a developer's path"

files ':!tests' ':!.ci' ':!CONTRIBUTING.md' ':!CHANGELOG.md' ':!contrib/run-tests' |
    xargs -d '\n' grep -HnIE '\.\./shared|FOREWARN_SHARED' -- |
    complain "only tests may know of recordings outside of the project"

files '*.c' '*.h' ':!tests' | xargs -d '\n' grep -HnI 'TOP_SRCDIR' -- |
    complain "only tests may know where the sources are"
finish
