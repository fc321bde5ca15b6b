# SPDX-License-Identifier: Apache-2.0
# Makes C of rule files, so that they are in the program: awk -f embed.awk DIR/rules/md.yml ...
function source(file)
{
    sub(/.*\/rules\//, "rules/", file)
    return file
}

BEGIN {
    count = 0
    print "/* Made by rules/embed.awk, do not edit. */"
    print "#include \"rules/rules.h\"\n"
}

FNR == 1 {
    if (count)
        print ";\n"
    names[count] = source(FILENAME)
    print "static const char text_" count++ "[] ="
}

{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\\&")
    print "    \"" $0 "\\n\""
}

END {
    print ";\n\nconst struct rule_source rules_default[] = {"
    for (i = 0; i < count; i++)
        print "    {\"" names[i] "\", text_" i ", sizeof text_" i " - 1},"
    print "};\n"
    print "const size_t rules_default_count = " count ";"
}
