# SPDX-License-Identifier: Apache-2.0
# usage: awk -v devices="sda sdb" -f same_series.awk EXPECTED SCRAPE
# Prints the series of EXPECTED that SCRAPE lacks or has another value of, and those of these devices
# that only SCRAPE has. Labels that only SCRAPE has do not count, nor does their order.
BEGIN { FS = "\n" }

function name_of(line) { return substr(line, 1, index(line, "{") - 1) }

function value_of(line) { return substr(line, index(line, "} ") + 2) }

FNR == NR { expected[++count] = $0; next }
/^smartctl_/ { scrape[++scraped] = $0 }

# Whether the line has the name and all the labels of the other.
function is_of(line, wanted,    labels, n, i)
{
    if (name_of(line) != name_of(wanted))
        return 0
    n = split(substr(wanted, index(wanted, "{") + 1, index(wanted, "} ") - index(wanted, "{") - 1),
        labels, /",/)
    for (i = 1; i <= n; i++)
        if (!index(line, labels[i] (i < n ? "\"" : "")))
            return 0
    return 1
}

END {
    for (i = 1; i <= count; i++) {
        found = 0
        for (k = 1; k <= scraped && !found; k++)
            found = is_of(scrape[k], expected[i]) ? k : 0
        if (!found)
            print "only smartctl: " expected[i]
        else if (value_of(scrape[found]) + 0 != value_of(expected[i]) + 0)
            print "smartctl: " expected[i] ", ours: " value_of(scrape[found])
        seen[found] = 1
    }
    n = split(devices, device, " ")
    for (k = 1; k <= scraped; k++)
        for (i = 1; i <= n; i++)
            if (!(k in seen) && index(scrape[k], "device=\"" device[i] "\""))
                print "only ours: " scrape[k]
}
