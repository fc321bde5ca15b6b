#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random rules over random series: forewarn and promtool must get the same series and alerts.

usage: rules_differential.py FOREWARN [SEEDS]

Each test expects nothing or something that never comes, so that both tools print what they got.
"""
import os
import random
import re
import subprocess
import sys
import tempfile

EXPRS = ['in > 1', 'in == 2', 'sum by (a) (in) > 2', 'in unless on (a) two', 'two', 'rec',
         'vector(1) and on () in > 2', 'absent(in{a="x"})', 'avg_over_time(in[3m7s]) > 1',
         'ALERTS{alertname="A00"}']
SECONDS = {'d': 86400, 'h': 3600, 'm': 60, 's': 1}


def make_rules(rand):
    text = 'groups:\n'
    for group in range(2):
        text += f'- name: g{group}\n  rules:\n'
        for i in range(3):
            text += f"  - alert: A{group}{i}\n    expr: '{rand.choice(EXPRS)}'\n"
            if rand.random() < .7:
                text += f'    for: {rand.choice([1, 30, 60, 90, 120, 300])}s\n'
            if rand.random() < .5:
                text += f'    keep_firing_for: {rand.choice([1, 30, 60, 150, 300])}s\n'
            if rand.random() < .5:
                text += "    labels: {v: '{{ if gt $value 2.0 }}big{{ end }}', e: ''}\n"
        text += f"  - {{record: rec, labels: {{g: '{group}'}}, expr: in > {rand.randrange(3)}}}\n"
    return text + '  - {record: two, expr: in == 2}\n'


def make_tests(rand):
    interval = rand.choice([7, 20, 45, 60])
    text = (f'rule_files: [r.yml]\nevaluation_interval: {rand.choice([15, 30, 60, 120])}s\n'
            f'group_eval_order: [g0, g1]\ntests:\n- interval: {interval}s\n  input_series:\n')
    for a in 'xyz':
        values = ' '.join(rand.choice(['1', '1', '2', '2', '3', '3', '_', 'stale'])
                          for _ in range(60))
        text += f"  - {{series: 'in{{a=\"{a}\"}}', values: '{values}'}}\n"
    times = sorted({rand.randrange(60 * interval) for _ in range(8)})
    text += '  promql_expr_test:\n'
    for time in times:
        for expr in ('ALERTS', 'ALERTS_FOR_STATE', 'rec'):
            text += f'  - {{expr: {expr}, eval_time: {time}s}}\n'
    text += '  alert_rule_test:\n'
    for time in times:
        for name in (f'A{group}{i}' for group in range(2) for i in range(3)):
            text += (f"  - {{alertname: {name}, eval_time: {time}s, "
                     "exp_alerts: [{exp_labels: {never: '1'}}]}\n")
    return text


def seconds(text):
    return sum(float(n) * SECONDS[unit] for n, unit in re.findall(r'([\d.]+)([dhms])', text))


def label_set(text, name=''):
    labels = re.findall(r'\w+="[^"]*"', text)
    return tuple(sorted(labels + ([f'__name__="{name}"'] if name else [])))


def promtool_got(text):
    got, asked, in_got = [], None, False
    for line in text.splitlines():
        if found := re.match(r'\s+(?:expr: "|alertname: )(\w+)"?, time: (\S+),', line):
            asked, in_got = (found[1], seconds(found[2])), False
        in_got = in_got or 'got:[' in line
        if (found := re.match(r'\s+Labels:(\{.*\})', line)) and in_got:
            got.append((asked, label_set(found[1]), 1.0))
        if found := re.match(r'\s+got: (\{.*)', line):
            for sample in re.split(r'(?<=\d), (?=\{)', found[1]):
                labels, value = sample.rsplit(' ', 1)
                got.append((asked, label_set(labels), float(value)))
    return sorted(got)


def forewarn_got(text):
    got, asked = [], None
    for line in text.splitlines():
        if found := re.match(r't\.yml:\d+: (?:expr `|alert )(\w+)`? at (\S+)', line):
            asked = (found[1], seconds(found[2]))
        if found := re.match(r'    got, not expected: (\w*)(\{.*\})(?: (\S+))?$', line):
            got.append((asked, label_set(found[2], found[1]), float(found[3] or 1)))
    return sorted(got)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def main():
    forewarn = os.path.abspath(sys.argv[1])
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    compared = failed = 0
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for seed in range(seeds):
            rand = random.Random(seed)
            with open('r.yml', 'w', encoding='utf-8') as file:
                file.write(make_rules(rand))
            with open('t.yml', 'w', encoding='utf-8') as file:
                file.write(make_tests(rand))
            theirs = run('promtool', 'test', 'rules', 't.yml')
            ours = run(forewarn, 'rules', 'test', '--closed-ranges', 't.yml')
            got, expected = forewarn_got(ours), promtool_got(theirs)
            # A rule that fails ends both; their words differ.
            if got != expected or ('rule: ' in theirs) != (': rule ' in ours):
                failed += 1
                print(f'seed {seed}: only promtool {[x for x in expected if x not in got][:3]}, '
                      f'only forewarn {[x for x in got if x not in expected][:3]}')
            compared += len(expected)
    print(f'{seeds} seeds, {compared} samples and alerts, {failed} seeds differ')
    return 1 if failed or not compared else 0


if __name__ == '__main__':
    sys.exit(main())
