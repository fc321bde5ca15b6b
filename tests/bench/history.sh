#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: history.sh, in the build directory
# What a host's samples cost in memory and on disk. Sizes do not differ from machine to machine.
set -euo pipefail

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
echo
tests/bench/history "$directory"
