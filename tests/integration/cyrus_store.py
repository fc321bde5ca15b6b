# SPDX-License-Identifier: Apache-2.0
"""usage: cyrus_store.py CONFIGDIRECTORY PARTITION NAME...: mailboxes of Cyrus with one mail each,
and a mailboxes.db without a record; all of them sound."""

import hashlib
import os
import struct
import sys
import zlib

MAIL = b"From: a@example.org\r\n\r\nbody\r\n"
GUID = hashlib.sha1(MAIL).digest()
MAGIC = (
    b"\241\002\213\015Cyrus mailbox header\n"
    b'"The best thing about this system was that it had lots of goals."\n\t--Jim Morris on Andrew\n'
)


def block(length, words, longs):
    """All but the CRC32 at its end."""
    data = bytearray(length - 4)
    for at, value in words.items():
        struct.pack_into(">I", data, at, value)
    for at, value in longs.items():
        struct.pack_into(">Q", data, at, value)
    return data


def sealed(data):
    return bytes(data) + struct.pack(">I", zlib.crc32(data))


def index(cache_crc, header_crc):
    """Version 17."""
    head = block(160, {0: 1, 8: 17, 12: 160, 16: 112, 20: 1, 28: 1, 44: 1, 84: 1, 96: header_crc,
                       100: zlib.crc32(f"1 1 1 (0) 1 {GUID.hex()}".encode()), 124: 1},
                 {32: len(MAIL), 68: 1})
    record = block(112, {0: 1, 4: 1, 8: 1, 12: len(MAIL), 16: 23, 20: 1, 24: 4, 28: 1, 56: 9,
                         104: cache_crc}, {80: 1, 96: 1})
    record[60:80] = GUID
    return sealed(head) + sealed(record)


def database():
    dummy = bytearray(8 + 8 * 32)
    dummy[0:2] = b"=\x1f"
    records = sealed(dummy) + bytes(4)
    head = bytearray(60)
    head[0:16] = b"\241\002\213\015twoskip file"
    struct.pack_into(">IQQQQI", head, 20, 1, 1, 0, 0, 64 + len(records), 0)
    return sealed(head) + records


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def mailbox(directory, name):
    items = bytes(40)
    header = MAGIC + f"%(T e N user.{name} I id-{name} A %({name} lrs))\n".encode()
    write(f"{directory}/1.", MAIL)
    write(f"{directory}/cyrus.cache", struct.pack(">I", 1) + items)
    write(f"{directory}/cyrus.header", header)
    write(f"{directory}/cyrus.index", index(zlib.crc32(items), zlib.crc32(header)))


write(f"{sys.argv[1]}/mailboxes.db", database())
for user in sys.argv[3:]:
    mailbox(f"{sys.argv[2]}/user/{user}", user)
