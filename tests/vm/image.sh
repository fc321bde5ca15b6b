# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by what makes the machine's files.

# copy_libraries BASE DIR: into DIR what its programs need of this host and BASE does not have.
copy_libraries()
{
    local base=$1 directory=$2 library target
    # ldd and find complain of what is a script or is not there.
    { find "$directory"/usr/{bin,sbin,lib/udev,local} -type f -perm -100 |
        LD_LIBRARY_PATH=$base/usr/lib/x86_64-linux-gnu xargs -r ldd || true; } 2>/dev/null |
        sed -nE 's/.*=> (\/[^ ]+) .*/\1/p; s/^\t(\/lib[^ ]+) .*/\1/p' | sort -u |
        while read -r library; do
            target=/usr/${library#/usr/} # an archive must not bring a directory where /lib is a link
            [[ $library != "$base"/* && ! -e $base$target ]] || continue
            mkdir -p "$directory${target%/*}"
            cp -L "$library" "$directory$target"
        done
}

# pack DIR FILE: as an archive that the kernel unpacks.
pack()
{
    (cd "$1" && find . -print0 | sort -z | cpio --null -o -H newc -R 0:0 --quiet) >"$2.new"
    mv "$2.new" "$2"
}
