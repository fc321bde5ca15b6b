#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "forewarn config", the example of a configuration, and that all keys are described.
. "${top_srcdir:-.}/tests/integration/workers.sh"

# Errors are all told, with their places; those of rules that are named, too.
cat >"$directory/rules.yml" <<'RULES'
groups:
- name: g
  rules:
  - {alert: A, expr: "sum("}
RULES
cat >"$directory/wrong.yml" <<CONFIG
evaluation_interval: 7
probes: {mdd: {interval: 1s}, md: {intervall: 1s}}
history: {max_bytes: 1}
CONFIG
"$forewarn" config check "$directory/wrong.yml" >"$directory/out" 2>"$directory/err" &&
    complain "a wrong configuration is called good"
for line in "wrong.yml:1:22: '7' is no duration" "wrong.yml:2:10: " "wrong.yml:2:36: " \
    "wrong.yml:3:22: "; do
    expect "$line" "$directory/err"
done
[ -s "$directory/out" ] && complain "said: $(cat "$directory/out")"
echo "rule_files: [$directory/rules.yml]" >"$directory/forewarn.yml"
"$forewarn" config check "$directory/forewarn.yml" 2>"$directory/err" && complain "wrong rules are called good"
expect "rules.yml:4:26: parse error" "$directory/err"
sed -i 's/sum(/vector(1)/' "$directory/rules.yml"
"$forewarn" config check "$directory/forewarn.yml" >"$directory/out" || complain "right ones are called wrong"
expect "forewarn.yml: ok, 1 rule" "$directory/out"
"$forewarn" config check /nonexistent.yml 2>"$directory/err" && complain "no file, and good?"
expect "open /nonexistent.yml: ENOENT" "$directory/err"
"$forewarn" config frob 2>"$directory/err"
[ $? = 2 ] || complain "config frob: not 2"

# What is shown counts as the same.
cat >"$directory/given.yml" <<CONFIG
state_directory: "$directory/a \"b\" \\\\ c"
evaluation_interval: 90s
history: {retention: 36h, max_bytes: 3MiB}
rule_files: ["$directory/r*.yml"]
external_labels: {site: "yes", rack: "7"}
probes: {md: {enabled: false}, smart: {interval: 1h30m}}
notify: {repeat: {critical: never, info: 2d}, least: warning, resolved: false, heartbeat: 1h}
compat: [smartctl_exporter]
exporters:
  prometheus: {listen: ["[::1]:80", ":81"], web_config: /etc/w}
  webhook: [{url: "http://user.example/secret-token"}]
CONFIG
"$forewarn" config show "$directory/given.yml" >"$directory/shown.yml" || complain "cannot be shown"
"$forewarn" config check "$directory/shown.yml" >/dev/null || complain "what is shown is wrong"
"$forewarn" config show "$directory/shown.yml" >"$directory/again.yml"
diff <(grep -v '^#' "$directory/shown.yml") "$directory/again.yml" || complain "differs when read again"
expect '"site": "yes"' "$directory/shown.yml"
expect '# exporter webhook: "user.example"' "$directory/shown.yml"
grep -q secret-token "$directory/shown.yml" && complain "a secret is shown"

# The example counts as it is, and says the defaults; and with all it holds.
example=$top_builddir/contrib/forewarn.yml
"$forewarn" config check "$example" >"$directory/out" || complain "the example is wrong"
sed -E 's/^#([^#])/\1/' "$example" >"$directory/whole.yml"
etc=$(sed -nE 's|^rule_files: \[(.*)/forewarn/rules/.*|\1|p' "$directory/whole.yml")
sed -i "s|$etc/forewarn|$directory/etc|" "$directory/whole.yml"
mkdir -p "$directory/etc/rules"
cp "$directory/rules.yml" "$directory/etc/rules/"
grep -oE "$directory/etc/[a-z._-]+" "$directory/whole.yml" | while IFS= read -r file; do
    [ -e "$file" ] || echo secret-passphrase >"$file"
done
"$forewarn" config check "$directory/whole.yml" >"$directory/out" || complain "the whole example is wrong"
# Nothing changes where defaults are written out.
sed '/^exporters:/,$d; /^rule_files:/d; /^external_labels:/d; /^    stores:/,/takeover:/d' "$directory/whole.yml" >"$directory/defaults.yml"
diff <("$forewarn" config show "$example") <("$forewarn" config show "$directory/defaults.yml") ||
    complain "what is called a default is none"

# Each key of forewarn.yml is described, or part of another one's value.
for file in "$top_srcdir"/agent/configuration*.c; do
    [ "${file##*/}" != configuration_web.c ] || continue # another file, of which others write
    sed -nE 's/^ *\{"([a-z_]+)", [a-z_]+(, .*|)(\},?|,)$/\1/p' "$file" | while IFS= read -r key; do
        grep -qE "[\".]$key\", KEY_|[{ ]$key: " "$top_srcdir/agent/configuration_keys.c" ||
            echo "not in configuration_keys.c: '$key' of ${file##*/}"
    done
done >"$directory/out"
[ -s "$directory/out" ] && complain "$(cat "$directory/out")"
exit $failed
