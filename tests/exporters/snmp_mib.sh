#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# FOREWARN-MIB has nothing that smilint, at its strictest, would say a word about.
. "${top_srcdir:-.}/tests/exporters/snmp.sh"
command -v smilint >/dev/null || skip "smilint is missing (Debian: smitools)"
mibs=$(base_mibs) || skip "no base MIBs (contrib/setup unpacks them where npm is there)"
cp "$top_builddir/contrib/mib/FOREWARN-MIB.txt" "$directory/FOREWARN-MIB.txt"
cd "$directory" || exit 99

# It exits with 0 whatever it finds.
said=$(SMIPATH=$mibs:. smilint -l 6 ./FOREWARN-MIB.txt 2>&1)
[ -z "$said" ] || complain "smilint: $said"
sed -i 's/"0.01 percent"/"0.01 percent"\n    STATUS obsolete/' FOREWARN-MIB.txt
[ -n "$(SMIPATH=$mibs:. smilint -l 6 ./FOREWARN-MIB.txt 2>&1)" ] || complain "smilint reads nothing"
exit $failed
