#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Recorded mailboxes of Dovecot and Cyrus, looked at with a baseline: first a sound one, then what
# became of it. Damage is found, also where one look cannot see it; changes, and a backup that was
# restored, are none.
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

# look ARCHIVE RESULT [OPTION-OF-TAR...]: at the place where the one before it was
look()
{
    rm -rf "$directory/store"
    mkdir "$directory/store" || exit 99
    tar -xp --zstd "${@:3}" -f "$corpus/$1.tar.zst" -C "$directory/store" || exit 99
    timeout 300 "$forewarn" verify --baseline "$directory/baseline" --delay 0 --format json \
        "$directory/store" >"$directory/$2.json" 2>"$directory/$2.err"
}

# Each base once: its baseline is copied for each of the bad ones.
tail -n +2 "$corpus/bad/manifest.tsv" | cut -f 1,2 | sort -k 2 | while read -r name base; do
    if [ ! -e "$directory/$base.baseline" ]; then
        rm -f "$directory/baseline"
        look "good/$base" "sound,$base"
        cp "$directory/baseline" "$directory/$base.baseline"
        look "good/$base" "again,$base"
        cmp -s "$directory/baseline" "$directory/$base.baseline" ||
            echo "the baseline of $base changed, though nothing else did" >"$directory/sound,$base.json"
    fi
    cp "$directory/$base.baseline" "$directory/baseline"
    look "bad/$name" "bad,$name"
done
for format in maildir sdbox mdbox; do
    rm -f "$directory/baseline"
    for time in -t0 -t1 ''; do
        look "good/base-$format$time" "sound,in time: $format$time"
    done
    cp "$directory/baseline" "$directory/newest"
    look "good/base-$format-t0" "restored,$format"
    look "good/base-$format-t0" "sound,restored and known: $format"
    for time in t0 t1; do
        cp "$directory/newest" "$directory/baseline"
        look "good/base-$format-$time" "restored,without its times: $format-$time" --touch
    done
done
rm -f "$directory/baseline"
look good/cyrus-base-t0 "sound,in time: cyrus-t0"
look good/cyrus-base "sound,in time: cyrus"
cp "$directory/baseline" "$directory/newest"
look good/cyrus-base-t0 "restored,cyrus"
cp "$directory/newest" "$directory/baseline"
look good/cyrus-base-t0 "restored,without its times: cyrus" --touch

python3 - "$corpus" "$directory" <<'PYTHON'
import csv, json, pathlib, sys

corpus, directory = map(pathlib.Path, sys.argv[1:])
expected = {row["name"]: row for row in csv.DictReader((corpus / "bad/manifest.tsv").open(), delimiter="\t")}
failed = []
counts = {"sound": 0, "bad": 0, "named": 0, "ok": 0, "restored": 0}


def lines(found):
    return [f"{f['rule']} {f['file'][len(str(directory)) + 7:]}:{f['offset']}+{f['length']} {f['message']}"[:160]
            for f in found["findings"]][:4]


for path in sorted(directory.glob("*.json")):
    kind, name = path.stem.split(",", 1)
    try:
        found = json.loads(path.read_text())
    except ValueError:
        failed.append(f"{name}: no result: {path.read_text()[:200]} {path.with_suffix('.err').read_text()}")
        continue
    if kind in ("sound", "again") or expected.get(name, {}).get("expected_verdict") == "ok":
        if found["verdict"] != "sound" or found["findings"]:
            failed.append(f"false alarm: {name}: {found['verdict']} {lines(found)}")
        counts["sound" if kind == "sound" else "ok"] += 1
    elif kind == "restored":
        if found["verdict"] != "sound" or "B2" not in {f["rule"] for f in found["findings"]}:
            failed.append(f"restored: {name}: {found['verdict']} {lines(found)}")
        counts["restored"] += 1
    else:
        row = expected[name]
        if found["verdict"] not in ("damaged", "suspect"):
            failed.append(f"missed: {name} ({row['one_look_evidence']} {row['baseline_evidence']}): {found['verdict']}")
            continue
        counts["bad"] += 1
        there = [f for f in found["findings"] if f["file"].endswith("/" + row["file"])]
        if there or name.startswith(("cyr-stale", "m-missing")):
            counts["named"] += 1
        else:
            failed.append(f"another file: {name} is {row['file']}:{row['offset']}: {lines(found)}")

print(f"{counts['sound']} looks at sound mailboxes and {counts['restored']} at restored ones raise no alarm, "
      f"nor do {counts['ok']} others; {counts['bad']} damaged ones found, {counts['named']} by their file")
print("\n".join(failed))
sys.exit(1 if failed else 0)
PYTHON
