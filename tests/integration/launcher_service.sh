#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Agent and launcher as two services: the agent never has any rights, the launcher is started for
# its connection and ends with it.
. "${top_srcdir:-.}/tests/integration/agent.sh"
command -v python3 >/dev/null || skip "python3 is missing (it listens as systemd would)"

launcher_socket=$directory/launcher.sock
python3 - "$launcher_socket" "$forewarnd" --launcher --config "$config" --root "$host" <<'LISTEN' 2>>"$log" &
import os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
listener.listen()
while True:
    connection, _ = listener.accept()
    if os.fork() == 0:
        os.dup2(connection.fileno(), 3)
        os.execv(sys.argv[2], sys.argv[2:])
    connection.close()
LISTEN
listener=$!
until_true 10 test -S "$launcher_socket" || skip "no socket of a service manager"

# As the unit does it: not as root from the first moment on.
run=(timeout -k 5 120)
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$state/history"
    chown nobody "$state/history"
    run+=(setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=-all --bounding-set=-all)
fi
configure ""
"${run[@]}" "$forewarnd" --config "$config" --root "$host" --control-socket "$socket" \
    --launcher-socket "$launcher_socket" "${web[@]}" -v >>"$log" 2>&1 &
agent=$!
until_true 20 gives 'forewarn_probe_up{probe="smart"} == 1 and on () forewarn_md_info' ||
    complain "the agent does not answer: $(cat "$log")"
launcher=$(pgrep -P "$listener")
[ "$(wc -w <<<"$launcher")" = 1 ] || complain "launchers: $launcher"
gives 'forewarn_history_writable == 1' || complain "no history: $(cat "$log")"
[ "$(id -u)" != 0 ] || [ "$(stat -c %U:%a "$state/exporters")" = root:700 ] ||
    complain "exporters: $(stat -c %U:%a "$state/exporters")"

stop_agent || complain "SIGTERM: exit status $?: $(tail -n 3 "$log")"
# shellcheck disable=SC2317 # until_true calls it
gone()
{
    [ ! -d "/proc/$launcher" ] || grep -q '^State:[[:space:]]*Z' "/proc/$launcher/status"
}
until_true 10 gone || complain "the launcher outlives its agent"
kill "$listener"

# What is not a manager's socket is told.
"$forewarnd" --launcher </dev/null 2>"$directory/err" 3<&- && complain "a launcher of nobody"
expect "it is for systemd" "$directory/err"
timeout 10 "$forewarnd" --config "$config" --root "$host" --control-socket "$socket" \
    --launcher-socket "$directory/nobody.sock" "${web[@]}" 2>"$directory/err" && complain "an agent without launcher"
expect "launcher: connect to $directory/nobody.sock: ENOENT" "$directory/err"
exit $failed
