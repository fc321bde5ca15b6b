#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: peer.sh HOST CHECK_RAID
# What a monitoring system runs today for the same facts: check_raid for the arrays, smartctl for
# each disk. CHECK_RAID "": the disks only.
host=$1 check_raid=$2
[ -z "$check_raid" ] || "$check_raid" -p mdstat
for disk in "$host"/ioctl/*.txt; do
    smartctl -a -j - <"$disk"
done
exit 0
