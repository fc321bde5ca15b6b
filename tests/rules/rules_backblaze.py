#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Daily SMART values of disks that failed and of others of their models, through the default rules.

usage: rules_backblaze.py FOREWARN RULES.yml FAILED.csv CONTROLS.csv

Prints, for each level, how many of the failed and of the other disks had an alert of at least that
level on some day, and which alerts those were. Fails when the rules tell the two hardly apart.
"""
import collections
import csv
import os
import re
import subprocess
import sys
import tempfile

LEVELS = ['info', 'warning', 'critical']
METRICS = {'smart_5_raw': 'forewarn_disk_reallocated_sectors',
           'smart_197_raw': 'forewarn_disk_pending_sectors'}


def read(path):
    """The rows of each disk, by its serial number, in the order of their days."""
    disks = collections.defaultdict(list)
    with open(path, encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file):
            disks[row['serial_number']].append(row)
    return {serial: sorted(rows, key=lambda row: row['date']) for serial, rows in disks.items()}


def write_test(disks, rules, path):
    days = max(len(rows) for rows in disks.values())
    lines = [f'rule_files: [{rules}]', 'evaluation_interval: 1d', 'tests:', '- interval: 1d',
             '  input_series:']
    for serial, rows in disks.items():
        series = {'forewarn_disk_info': ['1'] * len(rows)}
        for column, metric in METRICS.items():
            series[metric] = [row[column] or '_' for row in rows]
        for metric, values in series.items():
            labels = f'disk="{serial}"'
            if metric == 'forewarn_disk_info':
                labels += f',device="sd",model="{rows[0]["model"]}",serial="{serial}"'
            lines.append(f"  - {{series: '{metric}{{{labels}}}', values: '{' '.join(values)}'}}")
    lines += ['  promql_expr_test:',
              "  - expr: group by (disk, severity, alertname) (present_over_time(ALERTS[400d]))",
              f'    eval_time: {days}d']
    with open(path, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')


def alerts(forewarn, rules, disks):
    """Which (alert, level) each disk had: what the test did not expect, and got."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, 't.yml')
        write_test(disks, rules, path)
        done = subprocess.run([forewarn, 'rules', 'test', path], capture_output=True, text=True,
                              timeout=300, check=False)
    got = collections.defaultdict(set)
    for line in (done.stdout + done.stderr).splitlines():
        labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
        if 'got, not expected' in line and 'disk' in labels:
            got[labels['disk']].add((labels['alertname'], labels['severity']))
    return got


def main():
    forewarn, rules = (os.path.abspath(path) for path in sys.argv[1:3])
    share = {}
    for kind, path in (('failed', sys.argv[3]), ('other', sys.argv[4])):
        disks = read(path)
        got = alerts(forewarn, rules, disks)
        counts = collections.Counter()
        for found in got.values():
            counts.update(level for i, level in enumerate(LEVELS)
                          if any(LEVELS.index(severity) >= i for _, severity in found))
            counts.update({' '.join(pair) for pair in found})
        for what in LEVELS + sorted(set(counts) - set(LEVELS)):
            share[kind, what] = counts[what] / len(disks)
            print(f'{kind:6} {what:32} {counts[what]:4} of {len(disks)} = {share[kind, what]:.1%}')
    return 0 if share['failed', 'warning'] > 3 * share['other', 'warning'] > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
