# SPDX-License-Identifier: Apache-2.0
"""usage: flip.py FOREWARN MAIL [BASELINE]

Changes one byte of a file below MAIL at a time and lets FOREWARN verify the store, which must not
crash nor hang: index files with one look, all files where there is a baseline to be made first.
Prints which share was found of which file. FLIP_ALL=1: each byte; FLIP_SHOW=1: those not found.
"""
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

forewarn, root = sys.argv[1], pathlib.Path(sys.argv[2])
baseline = sys.argv[3] if len(sys.argv) > 3 else None
# Bytes of each index file, and of each mail, in the sample; least share that is found.
SAMPLE, SAMPLE_OF_MAIL, SHARE = (6, 1, 0.95) if baseline else (12, 0, 0.5)
chosen = random.Random(6)
failed = []


def verify(store, more=()):
    try:
        done = subprocess.run([forewarn, "verify", "--delay", "0", "--format", "json", *more, store],
                              capture_output=True, timeout=30)
    except subprocess.TimeoutExpired:
        return "hangs", None
    if done.returncode not in (0, 1, 2, 3):
        return f"status {done.returncode}: {done.stderr[-300:]}", None
    return done.returncode, json.loads(done.stdout.decode(errors="replace"))


def look(store):
    """A sound look would change the baseline: it gets a copy."""
    if not baseline:
        return verify(str(store))
    shutil.copyfile(baseline, baseline + ".copy")
    return verify(str(store), ("--baseline", baseline + ".copy"))


def set_byte(path, at, value, times):
    with open(path, "r+b", buffering=0) as file:
        file.seek(at)
        file.write(bytes([value]))
    if times:
        os.utime(path, ns=times)


def is_mail(path):
    return path.parent.name in ("cur", "new") or path.name.startswith(("u.", "m."))


def wanted(path):
    if not path.is_file() or path.name.endswith(".lock"):
        return False
    if baseline:
        return True
    return path.name.startswith("dovecot") and path.name != "dovecot-uidvalidity" and \
        not path.name.endswith(".backup")


def kind_of(path):
    store = path.relative_to(root).parts[0]
    return f"{store} {'mail' if is_mail(path) else path.name}"


def offset_at(content, at):
    """Dovecot's mail_index_uint32_to_offset()."""
    four = content[at:at + 4]
    if len(four) < 4 or not all(byte & 0x80 for byte in four):
        return 0
    return sum((byte & 0x7f) << shift for byte, shift in zip(four, (23, 16, 9, 2)))


def written_again(content):
    """What Dovecot writes again in a cache: whoever did so then changed the file's time."""
    places, at = set(range(32)), offset_at(content, 28)
    while at and at + 12 <= len(content):
        fields = int.from_bytes(content[at + 8:at + 12], "little")
        places.update(range(at, at + 4), range(at + 12, at + 12 + 4 * fields),
                      range(at + 12 + 9 * fields, at + 12 + 10 * fields))
        at = offset_at(content, at)
    return places


def places_in(path, content, keep_time):
    places = range(len(content))
    if baseline and not keep_time and path.name.endswith(".cache"):
        places = sorted(set(places) - written_again(content))
    if os.environ.get("FLIP_ALL"):
        return places
    return sorted(chosen.sample(places, min(SAMPLE_OF_MAIL if is_mail(path) else SAMPLE, len(places))))


def flip(path, keep_time, found, tried):
    store, kind = root / path.relative_to(root).parts[0], kind_of(path)
    stat, content = path.stat(), path.read_bytes()
    times = (stat.st_atime_ns, stat.st_mtime_ns)
    for at in places_in(path, content, keep_time):
        bit = 1 << chosen.randrange(8)
        set_byte(path, at, content[at] ^ bit, times if keep_time else None)
        status, seen = look(store)
        tried[kind] += 1
        if seen is None:
            failed.append(f"{path}:{at} ^ {bit:#x}: {status}")
        elif status == 2:
            found[kind] += 1
        elif baseline or os.environ.get("FLIP_SHOW"):
            print(f"not found: {path.relative_to(root)}:{at} {content[at]:#x} ^ {bit:#x}, "
                  f"{'same' if keep_time else 'another'} time")
        set_byte(path, at, content[at], times)


def run(files, keep_time):
    found, tried = collections.Counter(), collections.Counter()
    for path in files:
        flip(path, keep_time, found, tried)
    for kind in sorted(tried):
        print(f"{kind:40} {found[kind]:6} of {tried[kind]:6} {100 * found[kind] / tried[kind]:4.0f}%")
    share = sum(found.values()) / max(1, sum(tried.values()))
    print(f"{sum(tried.values())} flipped bytes, {'the same' if keep_time else 'another'} time: "
          f"{100 * share:.1f}% found")
    if share < SHARE:
        failed.append(f"only {share:.3f} found")


files = [path for path in sorted(root.rglob("*")) if wanted(path)]
for store in sorted(root.iterdir()):
    status, seen = verify(str(store), ("--baseline", baseline) if baseline else ())
    if status != 0:
        failed.append(f"false alarm in {store}: {seen}")
    status, seen = look(store)
    if status != 0:
        failed.append(f"false alarm at the second look in {store}: {seen}")
if baseline:
    count = sum(path.is_file() for path in root.rglob("*"))
    size = os.path.getsize(baseline)
    print(f"the baseline has {size} bytes for {count} files: {size / count:.1f} bytes a file")
    if size > 64 * count + 1024:  # SQLite takes whole pages
        failed.append("that is more than 64")
for keep_time in (True, False) if baseline else (True,):
    run(files, keep_time)
print("\n".join(failed) if failed else "no crash")
sys.exit(1 if failed else 0)
