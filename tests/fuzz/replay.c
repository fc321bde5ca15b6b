/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for libFuzzer: hands the files given as arguments to the fuzz entry, one by one. With
 * no arguments it takes the entry's own seeds, tests/fuzz/seeds/NAME/ for fuzz_NAME. Whatever a
 * sanitizer, an assert or a signal says is the result; the last name printed is the culprit.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

enum { MAX_SEED_BYTES = 64 << 20 };

/* One allocation of exactly the file's size, so that a read past its end is seen. */
static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    if (file == NULL || fstat(fileno(file), &st) != 0 || st.st_size > MAX_SEED_BYTES) {
        fprintf(stderr, "%s: %s\n", path, errno != 0 ? strerror(errno) : "too big");
        if (file != NULL)
            fclose(file);
        return 1;
    }
    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size > 0 ? size : 1);
    int failed = data == NULL || fread(data, 1, size, file) != size;
    fclose(file);
    printf("%s, %zu bytes\n", path, size);
    fflush(stdout);
    if (!failed)
        LLVMFuzzerTestOneInput(data, size);
    free(data);
    return failed;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int replay_directory(const char *path, unsigned *count)
{
    struct dirent **entries;
    int found = scandir(path, &entries, is_visible, alphasort);
    if (found < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    int failed = 0;
    for (int i = 0; i < found; i++) {
        char *file;
        if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0)
            abort();
        failed |= replay_file(file);
        (*count)++;
        free(file);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

static int replay(const char *path, unsigned *count)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return replay_directory(path, count);
    (*count)++;
    return replay_file(path);
}

static int replay_own_seeds(const char *program, unsigned *count)
{
    const char *name = strstr(program, "fuzz_");
    for (const char *next = name; next != NULL; next = strstr(next + 1, "fuzz_"))
        name = next;
    if (name == NULL) {
        fprintf(stderr, "%s: not named fuzz_*: name the files to replay\n", program);
        return 1;
    }
    char *seeds;
    if (asprintf(&seeds, "%s/tests/fuzz/seeds/%s", TOP_SRCDIR, name + strlen("fuzz_")) < 0)
        abort();
    int failed = replay(seeds, count);
    free(seeds);
    return failed;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i], &count);
    if (argc == 1)
        failed = replay_own_seeds(argv[0], &count);
    printf("%u inputs\n", count);
    return failed || count == 0;
}
