#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Recorded mailboxes of Dovecot, sound and damaged: each damaged one is found, by the file that was
# damaged, and nothing is said of the sound ones.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
corpus=${FOREWARN_SHARED:-$top_srcdir/../shared}/corpus/mailindex

skip()
{
    echo "SKIP: $*"
    exit 77
}

[ -x "$forewarn" ] || skip "$forewarn is not built"
[ -d "$corpus/bad" ] || skip "no recorded mailboxes in $corpus"
[ "$(id -u)" = 0 ] || skip "not root: the recordings belong to another user"
command -v zstd >/dev/null || skip "zstd is missing"
directory=$(mktemp -d) || exit 99
trap 'rm -rf "$directory"' EXIT

# verify ARCHIVE: into $directory/results/NAME.json
verify()
{
    local name
    name=$(basename "$1" .tar.zst)
    mkdir -p "$directory/results/$2" "$directory/store" || exit 99
    tar -xp --zstd -f "$1" -C "$directory/store" || exit 99
    timeout 300 "$forewarn" verify --deep --delay 0 --format json "$directory/store" \
        >"$directory/results/$2/$name.json" 2>"$directory/results/$2/$name.err"
    echo $? >"$directory/results/$2/$name.status"
    rm -rf "$directory/store"
}

for folder in good bad; do
    for archive in "$corpus/$folder"/*.tar.zst; do
        case ${archive##*/} in
        cyr*) ;;
        *) verify "$archive" "$folder" ;;
        esac
    done
done

python3 - "$corpus" "$directory" <<'PYTHON'
import csv, json, pathlib, re, sys

corpus, directory = map(pathlib.Path, sys.argv[1:])
results = directory / "results"
failed = []


def result(folder, name):
    path = results / folder / name
    try:
        return json.loads(path.with_suffix(".json").read_text()), int(path.with_suffix(".status").read_text())
    except (OSError, ValueError) as error:
        return {"verdict": f"no result: {error}: {path.with_suffix('.err').read_text()}", "findings": []}, -1


def line(finding):
    return f"{finding['rule']} {finding['file'][len(str(directory)) + 7:]}:{finding['offset']}+{finding['length']} {finding['message'][:100]}"


silent = 0
for path in sorted((results / "good").glob("*.json")):
    found, status = result("good", path.stem)
    if found["verdict"] == "sound" and status == 0:
        silent += 1
    else:
        failed.append(f"false alarm: {path.stem}: {[line(f) for f in found['findings']][:4] or found['verdict']}")



def damaged_bytes(row):
    """From, to: what was changed; a file that is gone or another one as a whole has no place."""
    at, change = int(row["offset"]), row["change"]
    cut = re.match(r"truncated (\d+) ?-> ?(\d+)", change)
    length = re.match(r"(\d+) (bytes|zero)", change)
    if cut:
        return int(cut[2]), int(cut[1])
    if row["mechanism"] == "bitflip":
        return at, at + 1
    if change == "two lines interleaved":
        return at, at + 128
    if length:
        return at, at + int(length[1])
    return (at, at + 1) if at else (0, 1 << 62)


def covers(finding, start, end):
    """Its record has a changed byte, or ends where the file was cut off."""
    last = finding["offset"] + max(finding["length"], 1)
    return finding["offset"] < end and last > start or last == start and end - start > 1


damaged = total = silent_negatives = 0
for row in csv.DictReader((corpus / "bad/manifest.tsv").open(), delimiter="\t"):
    name, expected = row["name"], row["expected_verdict"]
    if name.startswith("cyr"):
        continue
    found, status = result("bad", name)
    if row["mechanism"] == "negative":
        silent_negatives += 1
        if found["verdict"] != "sound" or status != 0:
            failed.append(f"false alarm: {name}: {[line(f) for f in found['findings']][:4]}")
    if not expected.startswith(("one-look", "suspect")):
        continue
    total += 1
    wanted = ("damaged",) if expected == "one-look" else ("damaged", "suspect")
    if found["verdict"] not in wanted or status != 2:
        failed.append(f"missed: {name} ({row['one_look_evidence']}): {found['verdict']}, status {status}")
        continue
    there = [f for f in found["findings"] if f["file"].endswith("/" + row["file"])]
    there = [f for f in there if f["verdict"] in wanted]
    if not there:
        failed.append(f"another file: {name} is {row['file']}:{row['offset']}: {[line(f) for f in found['findings']][:3]}")
    elif not any(covers(f, *damaged_bytes(row)) for f in there):
        failed.append(f"another place: {name} is {damaged_bytes(row)}: {[line(f) for f in there][:4]}")
    else:
        damaged += 1

print(f"{silent} sound stores and {silent_negatives} that only look damaged are silent; "
      f"{damaged} of {total} damaged ones are told by file and place")
print("\n".join(failed))
sys.exit(1 if failed else 0)
PYTHON
