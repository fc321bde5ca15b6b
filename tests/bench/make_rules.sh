#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: make_rules.sh DIR DISKS STEPS
# Makes DIR/rules.yml, four windows of the rules in rules.yml.in, and DIR/test.yml, which feeds them
# five series a disk, a sample a minute, and knows what must come out in the end.
set -euo pipefail

dir=$1 disks=$2 steps=$3
{
    echo "groups:"
    for window in 30m 1h 2h 4h; do
        sed "s/@W@/$window/g" "$(dirname "$0")/rules.yml.in"
    done
} >"$dir/rules.yml"

# Every tenth disk has errors and reallocates, every hundredth is hot, every twentieth stands still.
awk -v disks="$disks" -v steps="$steps" '
function series(name, labels, values)
{
    printf "      - {series: \"%s{%s}\", values: \"%s\"}\n", name, labels, values
}
function disk(i,    is)
{
    is = sprintf("disk=\x27wwn-0x5000c500%08x\x27", i)
    series("bench_disk_info", sprintf("%s,device=\x27sd%d\x27,model=\x27M%d\x27,serial=\x27S%06d\x27,array=\x27md%d\x27", is, i, i % 8, i, int(i / 12)), "1x" steps)
    series("bench_disk_errors_total", is, i % 10 == 0 ? "0+3x" steps : "7x" steps)
    series("bench_disk_reallocated_sectors", is, i % 10 == 0 ? "8+2x" steps : "8x" steps)
    series("bench_disk_read_bytes_total", is, i % 20 == 10 ? "512x" steps : (i * 512) "+" (4096 + i) "x" steps)
    series("bench_disk_temperature_celsius", is, i % 100 == 0 ? "51+0.125x" steps : (25 + i % 16) "x" steps)
}
function ask(expr, value)
{
    printf "      - expr: \"%s\"\n        eval_time: %dm\n        exp_samples: [{value: %d}]\n", expr, steps, value
}
function within(window) { return steps < window ? steps : window }
function some(every) { return int((disks + every - 1) / every) }
BEGIN {
    print "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:"
    for (i = 0; i < disks; i++)
        disk(i)
    print "    promql_expr_test:"
    ask("count(ALERTS{alertname=\x27DiskErrors\x27,alertstate=\x27firing\x27})", 4 * some(10))
    ask("count(ALERTS{alertname=\x27DiskReallocates\x27,alertstate=\x27firing\x27})", 4 * some(10))
    ask("count(ALERTS{alertname=\x27DiskHot\x27})", 4 * some(100))
    ask("round(max(disk:errors:increase2h))", 3 * within(120))
    ask("round(sum(disk:errors:increase1h))", 3 * within(60) * some(10))
    ask("round(100 * sum(array:errors:share30m))", 100)
    ask("max(disks:changing:count30m)", some(10))
    print "    alert_rule_test:"
    printf "      - {alertname: Absent, eval_time: %dm, exp_alerts: []}\n", steps
}' >"$dir/test.yml"
