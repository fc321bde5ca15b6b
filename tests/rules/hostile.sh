#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Expressions, rule files and tests of rules that would eat time and memory each end in a clear error
# (or a plain result), within SECONDS_EACH of CPU and MEMORY_KB of address space.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
failed=0 count=0 seconds_each=20 memory_kb=1500000

missing=
[ -x "$forewarn" ] || missing=$forewarn
command -v python3 >/dev/null || missing="$missing python3"
[ -z "$missing" ] || { echo "SKIP: missing: $missing" && exit 77; }
# AddressSanitizer wants all of the address space.
grep -q 'fsanitize=address' "$top_builddir/config.status" 2>/dev/null &&
    memory_kb=unlimited

directory=$(mktemp -d) || exit 99
trap 'rm -rf "$directory"' EXIT

python3 - "$directory" <<'PYTHON' || exit 99
import os, sys
os.chdir(sys.argv[1])
def put(name, text):
    with open(name, 'w', encoding='utf-8') as file:
        file.write(text)
put('many.om', ''.join(f'm{i % 7}{{a="{i}",b="{i % 50}",c="{"a" * 30}!"}} {i} {t}\n'
                       for i in range(3000) for t in (1000, 1060, 1120)) + '# EOF\n')
E = {
    'cubed_empty': '{__name__=~".*"} * {__name__=~".*"} * {__name__=~".*"}',
    'cubed': '{__name__=~".+"} * on() group_left() {__name__=~".+"} * {__name__=~".+"}',
    'cubed_same': '{__name__=~".+"} * {__name__=~".+"} * {__name__=~".+"}',
    'cubed_sets': 'count({__name__=~".+"} or {__name__=~".+"} or {__name__=~".+"})',
    'cubed_quantile': 'quantile_over_time(0.5, {__name__=~".+"}[1h:1ms])',
    'backtrack': 'count({c=~"(a+)+$"})',
    'backtrack_more': 'count({__name__=~"m.",c=~"((a*)*)*b|(a|a)*$|(a|aa)+$"})',
    'nested_repeat': 'count({c=~"((((a{0,1000}){0,1000}){0,1000}){0,1000})"})',
    'repeat': 'count({c=~"(a{1,1000}){1,1000}"})',
    'long_regex': 'count({c=~"' + 'a|' * 400000 + 'b"})',
    'parentheses': '(' * 10000 + '1' + ')' * 10000,
    'minus': '-' * 100000 + '1',
    'calls': 'abs(' * 10000 + 'm0' + ')' * 10000,
    'powers': '2^' * 10000 + '1',
    'sum_of_sums': '1+' * 400000 + '1',
    'subquery': 'sum_over_time(vector(1)[1000000000s:1s])',
    'subqueries': 'count_over_time((count_over_time((count_over_time(m0[1d:1s]))[1d:1s]))[1d:1s])',
    'longest': 'm0[292y]',
    'too_long': 'm0[999999999999999999999y]',
    'offset': 'm0 offset 292y offset 1h',
    'offsets': 'max_over_time((m0 offset 292y)[292y:1y] offset -292y)',
    'at': 'm0 @ 1e300',
    'at_far': 'm0 @ 9223372036854775.807 offset -292y',
    'comment': '#' + 'x' * 1100000 + '\n1',
    'megabyte': '"' + 'x' * 1048570 + '"',
    'braces': '{' * 100000,
    'brackets': 'm0' + '[1m:1m]' * 100000,
    'matchers': 'm0{' + ','.join('a=~".*"' for _ in range(20000)) + '}',
    'replace': 'label_replace(' * 30 + 'm0' + ', "c", "$1$1$1$1$1$1$1$1", "c", "(.*)")' * 30,
    'replaced_at_once': 'label_replace(m0, "c", "' + '$1' * 200000 + '", "c", "(.*)")',
    'join': 'label_join(' * 30 + 'm0' + ', "c", "c", "c", "c", "c")' * 30,
    'count_values': 'count_values without() ("v", sum_over_time({__name__=~".+"}[1h:1s]))',
    'count_values_made': 'count_values("v", rate({__name__=~"m.*"}[1h]) + on(a) group_left() '
                         '{__name__=~"m.*"})',
    'join_all': 'm0 * on(c) group_left m1',
    'steps': 'sum({__name__=~".+"})',
    'nul': 'sum(\0)',
    'not_utf8': 'sum({a="\udcff"})',
}
for name, text in E.items():
    with open(f'{name}.expr', 'w', encoding='utf-8', errors='surrogateescape') as file:
        file.write(text)

def rules(name, body):
    put(f'{name}.check', 'groups:\n- name: g\n  rules:\n' + body)
def alert(annotation, expr='vector(1)'):
    return f"  - {{alert: A, expr: '{expr}', annotations: {{s: '{annotation}'}}}}\n"
rules('rules_100000', ''.join(f'  - {{record: r{i}, expr: sum(m0)}}\n' for i in range(100000)))
rules('groups', '' + '  - {record: r, expr: 1}\n' + ''.join(
    f'- {{name: g{i}, rules: []}}\n' for i in range(100000)))
put('aliases.check', 'a: &a [x,x,x,x,x,x,x,x,x]\n' + ''.join(
    f'{chr(98 + i)}: &{chr(98 + i)} [' + ','.join([f'*{chr(97 + i)}'] * 9) + ']\n'
    for i in range(20)) + 'groups: *u\n')
put('alias_of_itself.check', 'groups: &a [*a]\n')
put('deep.check', 'groups: ' + '[' * 100000)
put('deep_map.check', 'groups: ' + '{a: ' * 100000)
put('long_scalar.check', 'groups: "' + 'x' * 5000000 + '"')
put('tags.check', 'groups: !!binary ' + '!x ' * 100000)
rules('template_deep', alert('{{ if true }}' * 20000 + '{{ end }}' * 20000))
rules('template_parens', alert('{{ ' + '(' * 20000 + '1' + ')' * 20000 + ' }}'))
rules('template_open', alert('{{' * 50000))
rules('expr_deep', alert('x', '(' * 10000 + '1' + ')' * 10000))

def test(name, annotation, values='0+1x10'):
    rules(f'{name}.rules', alert(annotation, 'm'))
    os.rename(f'{name}.rules.check', f'{name}.rules')
    put(f'{name}.test', f'rule_files: [{name}.rules]\nevaluation_interval: 1m\ntests:\n'
        '- interval: 1m\n  input_series:\n' + ''.join(
            f"  - {{series: 'm{{a=\"{i}\"}}', values: '{values}'}}\n" for i in range(100)) +
        '  alert_rule_test:\n  - {alertname: A, eval_time: 1m, exp_alerts: []}\n')
test('template_queries', '{{ range query "m" }}' * 2 + '{{ query "count_over_time(vector(1)[1d:1s])" }}' +
     '{{ end }}' * 2)
loop = '{{ range query "m" }}' * 8 + 'x' + '{{ end }}' * 8
test('template_range', loop)
test('template_itself', '{{ define "t" }}{{ template "t" . }}{{ end }}{{ template "t" . }}')
test('template_each_other', '{{ define "a" }}{{ template "b" . }}{{ template "b" . }}{{ end }}'
     '{{ define "b" }}{{ template "a" . }}{{ template "a" . }}{{ end }}{{ template "a" . }}')
test('template_width', '{{ printf "%1000000000d" 1 }}')
test('template_precision', '{{ printf "%.1000000000f" 1.5 }}')
test('template_regex', '{{ reReplaceAll "(a+)+$" "x" "' + 'a' * 100 + '!" }}')
test('template_grows', '{{ $x := "xxxxxxxxxxxxxxxx" }}' +
     '{{ $x = reReplaceAll "x" "xxxxxxxxxxxxxxxx" $x }}' * 12 + '{{ $x }}')
test('series_repeat', 'x', '1x1000000000')
test('series_long', 'x', '1 ' * 1000)
put('far.test', 'evaluation_interval: 1ms\ntests:\n- interval: 1m\n  promql_expr_test:\n'
    '  - {expr: "1", eval_time: 292y}\n')
PYTHON

# One run under the limits; what it says goes to out. A signal or a timeout is a failure.
bounded()
{
    (
        ulimit -v "$memory_kb"
        ulimit -t "$seconds_each"
        exec timeout "$((seconds_each * 3))" "$@"
    ) >"$directory/out" 2>&1
}

report()
{
    local name=$1 status=$2
    count=$((count + 1))
    if [ "$status" -gt 3 ] || { [ "$status" != 0 ] && [ ! -s "$directory/out" ]; }; then
        echo "FAIL: $name: exit $status"
        head -c 600 "$directory/out"
        failed=1
    elif [ -n "${VERBOSE-}" ]; then
        printf '%-22s %s %s\n' "$name" "$status" "$(grep -v '^ *\^*$' "$directory/out" | head -1 | cut -c1-150)"
    fi
}

for file in "$directory"/*.expr; do
    times=()
    [[ $file != */steps.expr ]] || times=(--start 0 --end 1100 --step 101ms)
    bounded "$forewarn" query --data "$directory/many.om" "${times[@]}" - <"$file"
    report "${file##*/}" $?
done
bounded "$forewarn" query --data "$directory/many.om" 'm0 * on(c) m1'
report argument $?
for file in "$directory"/*.check; do
    bounded "$forewarn" rules check "$file"
    report "${file##*/}" $?
done
for file in "$directory"/*.test; do
    bounded "$forewarn" rules test "$file"
    report "${file##*/}" $?
done
echo "$count hostile inputs"
exit "$failed"
