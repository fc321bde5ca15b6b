# SPDX-License-Identifier: Apache-2.0
"""A webhook receiver for tests: writes what it gets to FILE, a JSON object a line.

receiver.py FILE [--port PORT] [--tls CERT KEY [CLIENT_CA]]

Prints its port. Answers with what the next line of FILE.answers says, "STATUS [HEADER: VALUE]" or
"hang", else with 200.
"""
import http.server
import json
import ssl
import sys
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = next_answer()
        with lock, open(file, "a") as out:
            entry = {"answer": answer, "path": self.path, "headers": dict(self.headers),
                     "at": time.monotonic(), "body": json.loads(body)}
            out.write(json.dumps(entry) + "\n")
        if answer == "hang":
            time.sleep(3600)
        status, _, header = answer.partition(" ")
        self.send_response(int(status))
        if header:
            self.send_header(*header.split(": ", 1))
        text = b"so be it"
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST

    def log_message(self, *args):
        pass


def next_answer():
    with lock:
        try:
            with open(file + ".answers") as lines:
                answers = lines.read().splitlines()
        except FileNotFoundError:
            answers = []
        if not answers:
            return "200"
        with open(file + ".answers", "w") as rest:
            rest.writelines(line + "\n" for line in answers[1:])
        return answers[0]


lock = threading.Lock()
file = sys.argv[1]
arguments = sys.argv[2:]
port = 0
if arguments[:1] == ["--port"]:
    port = int(arguments[1])
    arguments = arguments[2:]
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
server.daemon_threads = True
if arguments[:1] == ["--tls"]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(arguments[1], arguments[2])
    if arguments[3:]:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(arguments[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
