# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by payloads about single disks, after lib.sh: disks that do what they are told, and what
# smartctl says of a disk beside what the agent says.
told=/run/vm/told
told_count=0

# told NAME: a disk of 64 MiB, answered by told_disk from the files in $told/NAME (told_disk.c has
# their names); "disk NAME" finds it. Its serial is VMNAME, as of all disks here.
told()
{
    local name=$1 number=$((told_count++)) directory=$told/$1 target=/sys/kernel/config/target uio
    local core=$target/core/user_$number/$name group=$target/loopback/naa.500140500000000$number/tpgt_1
    modprobe -a target_core_user tcm_loop
    mountpoint -q /sys/kernel/config || must mount -t configfs configfs /sys/kernel/config
    mkdir -p "$directory"
    printf '%s\n' "VM TOLD DISK" "VM${name^^}" 1.0 "5000c5000003000$number" >"$directory/identity"
    sound_attributes >"$directory/attributes"
    echo 1 0 23000 >"$directory/selftests"
    must mkdir -p "$core" "$group"
    echo "dev_config=$name,dev_size=$((64 << 20)),hw_block_size=512,nl_reply_supported=-1" >"$core/control"
    echo 1 >"$core/enable"
    echo 0 >"$core/attrib/cmd_time_out"
    for uio in /sys/class/uio/uio*; do
        [[ $(cat "$uio/name") != */"$name" ]] || break
    done
    told_disk "/dev/${uio##*/}" "$directory" $((64 << 20)) &
    echo "naa.600140500000000$number" >"$group/nexus"
    must mkdir "$group/lun/lun_0"
    must ln -s "$core" "$group/lun/lun_0/disk"
    until_true 120 disk "$name" || complain "no disk $name"
    udevadm settle --timeout=30
}

# ID FLAGS VALUE WORST THRESHOLD RAW of a disk in its third year.
sound_attributes()
{
    cat <<'ATTRIBUTES'
1 0x2f 200 200 51 0
3 0x27 173 172 21 4325
4 0x32 100 100 0 57
5 0x33 200 200 140 0
7 0x2e 200 200 0 0
9 0x32 69 69 0 23012
10 0x32 100 253 0 0
12 0x32 100 100 0 57
187 0x32 100 100 0 0
188 0x32 100 100 0 0
192 0x32 200 200 0 31
193 0x32 198 198 0 6102
194 0x22 116 105 0 34
196 0x32 200 200 0 0
197 0x32 200 200 0 0
198 0x30 200 200 0 0
199 0x32 200 200 0 0
ATTRIBUTES
}

# tell NAME ID RAW [VALUE]: another raw (and normalized) value of an attribute from now on.
tell()
{
    local file=$told/$1/attributes
    awk -v id="$2" -v raw="$3" -v value="${4-}" '
        $1 == id { $6 = raw; if (value != "") { $3 = value; if (value < $4) $4 = value } }
        { print }' "$file" >"$file.new"
    mv "$file.new" "$file"
}

# smartctl_of DEVICE: what smartctl has of it, a line a fact: json.smart_status.passed = true;
smartctl_of()
{
    smartctl --json=g -i -H -A -l error -l selftest -l scterc "/dev/$1" || true
}

# fact KEY: of such lines on standard input, the value of one.
fact()
{
    awk -v key="json.$1 = " 'index($0, key) == 1 {
        value = substr($0, length(key) + 1)
        gsub(/^"|"?;$/, "", value)
        print value
    }'
}

# differs DEVICE...: the values that smartctl_exporter would have of these disks by what smartctl
# says, beside ours under its names; prints what differs.
differs()
{
    local device
    curl -s http://127.0.0.1:9733/metrics >/out/scrape.txt
    : >/out/expected.txt
    for device; do
        smartctl_of "$device" >"/out/$device.smartctl"
        awk -v device="$device" -f /vm/smartctl_exporter.awk "/out/$device.smartctl" >>/out/expected.txt
    done
    awk -f /vm/same_series.awk -v devices="$*" /out/expected.txt /out/scrape.txt
}

# agrees_with_smartctl DEVICE...: nothing does, and something was compared.
agrees_with_smartctl()
{
    [ -z "$(differs "$@")" ] && [ -s /out/expected.txt ]
}
