# SPDX-License-Identifier: Apache-2.0
"""usage: cyrus_session.py CONFIGURATION SECONDS SEED: what clients and deliveries do to the mail of
user joe, at random, by imapd and lmtpd as they are started by CYRUS_RUN (setpriv ...). 0 seconds:
makes the mailboxes, and twenty mails."""

import imaplib
import os
import random
import subprocess
import sys
import time

configuration, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
programs = "/usr/lib/cyrus/bin/"
start = os.environ.get("CYRUS_RUN", "")


def mail(number):
    body = "".join(chance.choice("abcdefghij klmnop\n") for _ in range(chance.randrange(50, 6000)))
    return (
        f"From: a{number % 7}@example.org\r\nTo: joe@example.org\r\n"
        f"Message-ID: <{number}@example.org>\r\nSubject: mail {number}\r\n"
        f"Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n"
    ).encode() + body.replace("\n", "\r\n").encode() + b"\r\n"


def session(user):
    command = f"{start} {programs}imapd -X -N -C {configuration} 2>/dev/null"
    imap = imaplib.IMAP4_stream(command)
    imap.login(user, "x")
    return imap


def deliver(number):
    talk = b"LHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<joe>\r\nDATA\r\n"
    talk += mail(number) + b".\r\nQUIT\r\n"
    command = f"{start} {programs}lmtpd -X -a -C {configuration} 2>/dev/null"
    return subprocess.run(command, shell=True, input=talk, stdout=subprocess.PIPE, check=False)


def make():
    admin = session("cyrus")
    assert admin.create("user/joe")[0] == "OK"
    admin.setacl("user/joe", "cyrus", "lrs")
    joe = session("joe")
    for name in ("Archive", "Trash"):
        assert joe.create("INBOX/" + name)[0] == "OK"
    for number in range(20):
        assert joe.append("INBOX", None, None, mail(number))[0] == "OK"
    joe.select("INBOX")
    joe.store("1:5", "+FLAGS", r"(\Seen Work)")
    joe.xatom("SETMETADATA", "INBOX", '(/private/comment "what is in it")')
    joe.logout()
    admin.select("user/joe")  # what others have seen is not in the mailbox, but in a database
    admin.fetch("1:3", "(BODY[])")
    admin.logout()
    assert b"Success" in deliver(20).stdout


def one_thing(joe, number):
    uids = joe.uid("search", None, "ALL")[1][0].split()
    some = b",".join(chance.sample(uids, min(len(uids), chance.randrange(1, 6)))).decode()
    what = chance.randrange(14)
    if what <= 2 or not uids:
        joe.append("INBOX", chance.choice([None, r"(\Flagged)"]), None, mail(number))
    elif what == 3:
        deliver(number)
    elif what <= 5:
        joe.uid("store", some, chance.choice(["+FLAGS", "-FLAGS"]),
                chance.choice([r"(\Seen)", r"(\Answered Work)", f"(Label{number % 9})"]))
    elif what == 6:
        joe.uid("copy", some, "INBOX/Archive")
    elif what <= 8:
        joe.uid("move", some, "INBOX/Trash")
    elif what == 9:
        joe.uid("store", some, "+FLAGS", r"(\Deleted)")
        joe.expunge()
    elif what == 10:
        joe.uid("fetch", some, "(FLAGS ENVELOPE BODY.PEEK[])")
    elif what == 11:
        joe.create(f"INBOX/Folder{number}")
        joe.append(f"INBOX/Folder{number}", None, None, mail(number))
        joe.rename(f"INBOX/Folder{number}", f"INBOX/Archive/{number}")
    elif what == 12:
        joe.delete(f"INBOX/Archive/{chance.choice([number - 2, number - 3, number - 5])}")
    else:
        joe.select(chance.choice(["INBOX", "INBOX", "INBOX/Trash", "INBOX/Archive"]))


def go_on():
    end, number = time.monotonic() + seconds, 1000 * seed
    while time.monotonic() < end:
        joe = session("joe")
        joe.select("INBOX")
        for _ in range(30):
            number += 1
            if time.monotonic() < end:
                one_thing(joe, number)
        joe.logout()
    print(number - 1000 * seed)


if seconds:
    go_on()
else:
    make()
