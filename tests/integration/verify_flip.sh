#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Any one byte of any index file of mailboxes made by a real Dovecot is changed, one at a time:
# forewarn verify never crashes or hangs, whatever it says has a place, and most of them are found.
# The share is printed by file. A sample with a fixed seed; FLIP_ALL=1: each byte there is.
# FLIP_SHOW=1 prints those that are not found.
. "${top_srcdir:-.}/tests/integration/dovecot.sh"

make_stores
python3 "$top_srcdir/tests/integration/flip.py" "$forewarn" "$directory/mail" || failed=1
exit $failed
