#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Any one byte of any index file of mailboxes made by a real Dovecot is changed, one at a time:
# forewarn verify never crashes or hangs, whatever it says has a place, and most of them are found.
# The share is printed by file. A sample with a fixed seed; FLIP_ALL=1: each byte there is.
# FLIP_SHOW=1 prints those that are not found.
. "${top_srcdir:-.}/tests/integration/dovecot.sh"

for format in maildir sdbox mdbox; do
    location=$format:$directory/mail/$format
    adm "$location" mailbox create Archive >/dev/null 2>&1 ||
        skip "doveadm does not work here: $(adm "$location" mailbox list 2>&1 | tail -n 1)"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        mail "$i" | adm "$location" save -m INBOX
        adm "$location" fetch 'uid flags size.virtual hdr.subject guid' mailbox INBOX all >/dev/null
    done
    adm "$location" flags add '\Seen Work' mailbox INBOX 1:5
    adm "$location" flags add '\Flagged Home' mailbox INBOX 2:3
    adm "$location" move Archive mailbox INBOX 4
    adm "$location" expunge mailbox INBOX 6
    adm "$location" mailbox status 'messages unseen vsize highestmodseq' INBOX >/dev/null
    sleep 1.1 # a log that is older is rotated
    mail 20 | adm "$location" save -m INBOX
    adm "$location" flags add '\Answered' mailbox INBOX 7
done

python3 - "$forewarn" "$directory/mail" <<'PYTHON' || failed=1
import collections, json, os, pathlib, random, subprocess, sys

forewarn, root = sys.argv[1:]
SAMPLE, SHARE = 12, 0.5  # bytes of each file in the sample; least share that is found
chosen = random.Random(6)
failed = []


def verify(store):
    try:
        done = subprocess.run([forewarn, "verify", "--delay", "0", "--format", "json", store],
                              capture_output=True, timeout=30)
    except subprocess.TimeoutExpired:
        return "hangs", None
    if done.returncode not in (0, 1, 2, 3):
        return f"status {done.returncode}: {done.stderr[-300:]}", None
    return done.returncode, json.loads(done.stdout.decode(errors="replace"))


def set_byte(path, at, value, times):
    with open(path, "r+b", buffering=0) as file:
        file.seek(at)
        file.write(bytes([value]))
    os.utime(path, ns=times)


found, tried = collections.Counter(), collections.Counter()
files = [p for p in sorted(pathlib.Path(root).rglob("dovecot*")) if p.is_file() and
         p.name != "dovecot-uidvalidity" and not p.name.endswith((".lock", ".backup"))]
for store in sorted(pathlib.Path(root).iterdir()):
    status, seen = verify(str(store))
    if status != 0:
        failed.append(f"false alarm in {store}: {seen}")
for path in files:
    store = pathlib.Path(root) / path.relative_to(root).parts[0]
    stat, content = path.stat(), path.read_bytes()
    times, places = (stat.st_atime_ns, stat.st_mtime_ns), range(len(content))
    if not os.environ.get("FLIP_ALL"):
        places = sorted(chosen.sample(places, min(SAMPLE, len(content))))
    kind = f"{store.name} {path.name}"
    for at in places:
        bit = 1 << chosen.randrange(8)
        set_byte(path, at, content[at] ^ bit, times)
        status, seen = verify(str(store))
        tried[kind] += 1
        if seen is None:
            failed.append(f"{path}:{at} ^ {bit:#x}: {status}")
        elif status != 0:
            found[kind] += 1
        elif os.environ.get("FLIP_SHOW"):
            print(f"not found: {path.relative_to(root)}:{at} {content[at]:#x} ^ {bit:#x}")
        set_byte(path, at, content[at], times)
for kind in tried:
    print(f"{kind:40} {found[kind]:6} of {tried[kind]:6} {100 * found[kind] / tried[kind]:4.0f}%")
share = sum(found.values()) / max(1, sum(tried.values()))
print(f"{sum(tried.values())} flipped bytes, {100 * share:.1f}% found, no crash" if not failed else
      "\n".join(failed))
if share < SHARE:
    failed.append(f"only {share} found")
sys.exit(1 if failed else 0)
PYTHON
exit $failed
