# SPDX-License-Identifier: Apache-2.0
# A tar archive (POSIX.1-2001, pax) in the file tar_out, with \001 where NUL belongs.

# tar_file(PATH, TEXT), tar_link(PATH, TARGET); tar makes the directories on the way. tar_end() at the end.

function tar_start(   i)
{
    if (tar_out == "")
        tar_out = "/dev/stdout"
    for (i = 32; i < 127; i++)
        tar_ord[sprintf("%c", i)] = i
    tar_zero = "\001"
    while (length(tar_zero) < 512)
        tar_zero = tar_zero tar_zero
}

function tar_pad(text, width)
{
    return text substr(tar_zero, 1, width - length(text))
}

function tar_sum(text,   i, n, sum)
{
    n = length(text)
    for (i = 1; i <= n; i++)
        sum += tar_ord[substr(text, i, 1)] # nothing for what stands for NUL
    return sum
}

function tar_header(path, type, size, target,   prefix, at, before, after, sum)
{
    if (length(path) > 100) { # what does not fit goes into the prefix, cut at a slash
        at = length(path) - 100
        while (substr(path, at, 1) != "/")
            at++
        prefix = substr(path, 1, at - 1)
        path = substr(path, at + 1)
    }
    before = tar_pad(path, 100) "0000644\001" "0000000\001" "0000000\001" \
        sprintf("%011o\001", size) "00000000000\001"
    after = type tar_pad(target, 100) "ustar\001" "00" tar_pad("root", 32) tar_pad("root", 32) \
        "0000000\001" "0000000\001" tar_pad(prefix, 155) tar_pad("", 12)
    sum = tar_sum(before) + tar_sum(after) + 8 * 32 # the sum itself counts as 8 blanks
    printf "%s%06o\001 %s", before, sum, after >tar_out
}

function tar_text(text)
{
    printf "%s", text >tar_out
    if (length(text) % 512)
        printf "%s", substr(tar_zero, 1, 512 - length(text) % 512) >tar_out
}

function tar_file(path, text)
{
    tar_header(path, "0", length(text), "")
    tar_text(text)
}

# A target of more than 100 bytes stands in a record of its own before: "LENGTH linkpath=TARGET".
function tar_link(path, target,   record, size)
{
    if (length(target) > 100) {
        record = " linkpath=" target "\n"
        size = length(record) + 3
        record = size record
        tar_header("pax", "x", size, "")
        tar_text(record)
        target = substr(target, 1, 100)
    }
    tar_header(path, "2", 0, target)
}

function tar_end()
{
    printf "%s%s", tar_zero, tar_zero >tar_out
}
