# SPDX-License-Identifier: Apache-2.0
"""usage: cyrus_break.py FOREWARN CONFIGURATION CONFIGDIRECTORY SPOOL: breaks one checksum, or what
it covers, after the other in a store of Cyrus at rest. Each is found by its rule, and by no look
before or after it."""

import glob
import os
import struct
import subprocess
import sys
import zlib

forewarn, configuration, conf, spool = sys.argv[1:]
failed = 0


def be32(data, at):
    return struct.unpack_from(">I", data, at)[0]


def flip(data, at):
    data[at] ^= 0x10


# ---- cyrus.index of versions 16 to 18: where its fields are

HEADER, EXISTS, RECORD, FLAGS, CACHE_OFFSET, RECORD_CRC = 160, 84, 112, 32, 24, 108


def live_record(data):
    """Of the first mail that is not expunged: what the header counts."""
    at = HEADER
    while be32(data, at + FLAGS) >> 30:
        at += RECORD
    return at


def seal_header(data):
    struct.pack_into(">I", data, HEADER - 4, zlib.crc32(data[: HEADER - 4]))


def add_one(at):
    def change(data):
        struct.pack_into(">I", data, at, be32(data, at) + 1)
        seal_header(data)

    return change


def seal_record(data):
    """A record of other content whose own CRC is right: the header's sums show it."""
    at = live_record(data)
    flip(data, at + FLAGS + 3)  # Seen
    struct.pack_into(">I", data, at + RECORD_CRC, zlib.crc32(data[at : at + RECORD_CRC]))


# ---- twoskip: records follow the header of 64 bytes


def twoskip_records(data):
    """(kind, offset of the head, its length, offset of the key, its length, length of the value)"""
    at = 64
    while at < len(data):
        if data[at : at + 8] == b" BLANK\7\240":
            at += 8
            continue
        kind, level = chr(data[at]), data[at + 1]
        key, value, pos = struct.unpack_from(">H", data, at + 2)[0], be32(data, at + 4), at + 8
        if key == 0xFFFF:
            key, pos = struct.unpack_from(">Q", data, pos)[0], pos + 8
        if value == 0xFFFFFFFF:
            value, pos = struct.unpack_from(">Q", data, pos)[0], pos + 8
        pointers = {"$": 1, "-": 1}.get(kind, level + 1)
        pos += 8 * pointers
        yield kind, at, pos - at, pos + 8, key, value
        at = pos + 8 + (0 if kind in "$-" else (key + value + 7) // 8 * 8)


def begin_change(data):
    """As whoever writes marks it, until the change is whole."""
    data[59] |= 1
    struct.pack_into(">I", data, 60, zlib.crc32(data[:60]))


def record_of(data):
    return [r for r in twoskip_records(data) if r[0] == "+"][-1]


def twoskip_head(data):
    kind, at, length, *_ = record_of(data)
    flip(data, at + length)  # the CRC of the head itself


def twoskip_tail(data):
    kind, at, length, *_ = record_of(data)
    flip(data, at + length + 4)


def twoskip_value(data):
    kind, at, length, key_at, key, value = record_of(data)
    flip(data, key_at + key + value - 1 if value else key_at)


def of_first_cache_entry(data, index):
    at = be32(index, live_record(index) + CACHE_OFFSET)
    flip(data, at + 8)


def attempt(name, path, change, rules, *options, alone=None):
    """alone: the file by which it is found without all others; by default that which is broken."""
    global failed
    before = content(path)
    times = os.stat(path)
    data = bytearray(before)
    change(data)
    assert data != before, name
    with open(path, "r+b") as file:
        file.write(data)
    seen = [look(configuration, *options)]
    if not options:
        seen.append(look(alone or path))
    with open(path, "r+b") as file:
        file.write(before)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    for what in seen:
        if what.returncode != 2 or os.path.dirname(path) not in what.stdout or not any(
            f"[{rule}]" in what.stdout for rule in rules
        ):
            failed = 1
            print(f"FAIL: {name}: no {' or '.join(rules)}: {what}")
    print(f"{name}: {rules[0]}")


def break_nothing(name, path, change):
    global failed
    before = content(path)
    data = bytearray(before)
    change(data)
    with open(path, "wb") as file:
        file.write(data)
    seen = look(configuration)
    with open(path, "wb") as file:
        file.write(before)
    if seen.returncode:
        failed = 1
        print(f"FAIL: {name}: {seen.stdout}")


def look(path, *options):
    command = [forewarn, "verify", "--delay", "0", *options, path]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, check=False)


def content(path):
    with open(path, "rb") as file:
        return file.read()


DATABASES = "mailboxes.db", "conversations.db", "counters.db", "*.seen", "annotations.db"


def break_database(name):
    """The one of that name with the most in it, where it is twoskip."""
    found = glob.glob(f"{conf}/**/{name}", recursive=True)
    path = max(found, key=os.path.getsize, default=None)
    if not path or content(path)[4:16] != b"twoskip file":
        return
    attempt(f"{name} header", path, lambda d: flip(d, 27), ["Z01"])
    if any(record[0] == "+" for record in twoskip_records(content(path))):
        attempt(f"{name} head", path, twoskip_head, ["Z05"])
        attempt(f"{name} tail", path, twoskip_tail, ["Z06"])
        attempt(f"{name} value", path, twoskip_value, ["Z06"])


def main():
    indexes = glob.glob(f"{spool}/**/cyrus.index", recursive=True)
    index = max(indexes, key=lambda path: be32(content(path), EXISTS))
    mailbox, data = os.path.dirname(index), content(index)
    version, start, size = be32(data, 8), be32(data, 12), be32(data, 16)
    assert version in (16, 17, 18) and (start, size) == (HEADER, RECORD), (version, start, size)
    live = live_record(data)
    uid = be32(data, live)
    body, cache = f"{mailbox}/{uid}.", f"{mailbox}/cyrus.cache"

    attempt("index header", index, lambda d: flip(d, 110), ["Y03"])
    attempt("index header's CRC", index, lambda d: flip(d, HEADER - 1), ["Y03"])
    attempt("index record", index, lambda d: flip(d, live + 40), ["Y07"])
    attempt("index record's CRC", index, lambda d: flip(d, live + RECORD_CRC), ["Y07"])
    attempt("old record", index, seal_record, ["Y14", "Y15"])
    attempt("count of mails", index, add_one(EXISTS), ["Y14"])
    attempt("count of answered", index, add_one(52), ["Y14"])
    attempt("quota", index, add_one(36), ["Y14"])
    attempt("sync CRC", index, add_one(100), ["Y15"])
    attempt("index's CRC of cyrus.header", index, add_one(96), ["Y08"],
            alone=f"{mailbox}/cyrus.header")
    attempt("cyrus.header", f"{mailbox}/cyrus.header", lambda d: flip(d, len(d) - 5), ["Y08", "Y09"])
    attempt("cache entry", cache, lambda d: of_first_cache_entry(d, data), ["Y13", "Y12"])
    attempt("cache generation", cache, lambda d: flip(d, 3), ["Y18"])
    attempt("mail", body, lambda d: flip(d, len(d) // 2), ["Y11"], "--deep")
    attempt("mailboxes.db dirty", f"{conf}/mailboxes.db", begin_change, ["Z02"])
    for name in DATABASES:
        break_database(name)
    # a backup that was made while somebody was writing
    break_nothing("dirty backup", glob.glob(f"{conf}/db.backup*/mailboxes.db")[0], begin_change)
    after = look(configuration, "--deep")
    if after.returncode:
        print(f"FAIL: all is as it was: {after.stdout}")
    for path in index, cache, f"{mailbox}/cyrus.header", f"{conf}/mailboxes.db":
        alone = look(path)
        assert alone.returncode == 0 and " 1 sound" in alone.stdout, alone
    os.rename(index, index + ".away")  # a cache by itself has no checksum
    alone = look(cache)
    assert alone.returncode == 3 and "its checksums are in cyrus.index" in alone.stdout, alone
    os.rename(index + ".away", index)
    return failed or after.returncode


sys.exit(main())
