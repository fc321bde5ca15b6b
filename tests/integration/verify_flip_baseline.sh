#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Any one byte of any file of mailboxes made by a real Dovecot is changed, one at a time, after the
# stores were looked at with a baseline: at least 95 % of them are found at the next look, whether
# the file's time tells that it was written to or, as where a disk rots, does not. The others are
# listed by their field. FLIP_ALL=1, FLIP_SHOW=1: as for verify_flip.sh.
. "${top_srcdir:-.}/tests/integration/dovecot.sh"

make_stores
sleep 2.1 # what was written to a moment ago may be written to again at the same time
python3 "$top_srcdir/tests/integration/flip.py" "$forewarn" "$directory/mail" \
    "$directory/baseline" || failed=1
exit $failed
