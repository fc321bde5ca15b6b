#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random expressions over random series give the same as in promtool, on the sample grid and off it.
set -u
missing=
command -v promtool >/dev/null || missing="promtool (prometheus)"
command -v python3 >/dev/null || missing="$missing python3"
[ -x "${top_builddir:-.}/forewarn" ] || missing="$missing ${top_builddir:-.}/forewarn"
[ -z "$missing" ] || { echo "SKIP: missing: $missing" && exit 77; }
exec python3 "${top_srcdir:-.}/tests/rules/promql_differential.py" "${top_builddir:-.}/forewarn" 2000
