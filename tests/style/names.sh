#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Names: tests mirror the tree, functions are in snake_case, structs are not hidden by a typedef.
. "${top_srcdir:-.}/tests/style/files.sh"

# tests/probes/test_md_members.c stands beside probes/md_members.c, or tests a part of probes/md.c.
files 'tests/*/test_*.c' | while IFS= read -r file; do
    folder=$(dirname "${file#tests/}")
    subject=$(basename "$file" .c)
    subject=${subject#test_}
    while [ ! -e "$folder/$subject.c" ] && [ ! -e "$folder/$subject.h" ]; do
        case $subject in
        *_*) subject=${subject%_*} ;;
        *) echo "$file" && break ;;
        esac
    done
done | complain "a test of no file: tests/FOLDER/test_FILE[_PART].c beside FOLDER/FILE.c"

files '*.c' '*.h' | xargs -d '\n' grep -HnE '^[a-zA-Z].*[ *][a-z]+[a-z0-9_]*[A-Z][A-Za-z0-9_]*\(' -- |
    grep -v LLVMFuzzer | complain "functions are named in snake_case"

files '*.c' '*.h' | xargs -d '\n' grep -HnE '^typedef (struct|union|enum) *(\w+ *)?\{' -- |
    complain "a struct is called a struct: no typedef"
finish
