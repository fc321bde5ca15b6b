/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorded sysfs tree, and what node_exporter makes of it and of an mdstat text
 * (../shared/corpus/mdstat). Exits 77 where the corpus is not there.
 */
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/buf.h"
#include "tests/probes/md_run.h"
#include "tests/probes/tree.h"

static char corpus[1024];
static char source[1200]; /* of the tree that is copied */
static struct tree tree;

static void copy_file(const char *from, const char *to)
{
    struct buf text = {0};
    char chunk[4096];
    FILE *file = fopen(from, "r");
    assert_non_null(file);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&text, chunk, n);
    fclose(file);
    tree_bytes(&tree, to, text.data ? text.data : "", text.length);
    buf_free(&text);
}

static int copy_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
    char to[1300];
    (void)st, (void)place;
    if (type != FTW_F)
        return 0;
    snprintf(to, sizeof to, "/sys/block%s", path + strlen(source));
    copy_file(path, to);
    return 0;
}

/* A link of the root cannot lead out of it, so the tree is copied. */
static void copy_tree(void)
{
    snprintf(source, sizeof source, "%s/sysfs/node_exporter/block", corpus);
    assert_int_equal(nftw(source, copy_one, 16, FTW_PHYS), 0);
}

static const char *const of_tree[] = {
    "state{array=\"md0\",state=\"clean\"} 1",
    "redundancy{array=\"md0\"} 0",
    "disks{array=\"md0\",state=\"in_sync\"} 2",
    "info{array=\"md0\",level=\"raid0\",metadata=\"1.2\","
    "uuid=\"155f29ff-1716-4107-b362-52307ef86cac\",name=\"\"} 1",
    "redundancy{array=\"md1\"} 1",
    "redundancy{array=\"md10\"} 1",
    "chunk_bytes{array=\"md10\"} 524288",
    "redundancy{array=\"md4\"} 1",
    "redundancy{array=\"md5\"} 0",
    "disks{array=\"md5\",state=\"in_sync\"} 2",
    "disks{array=\"md5\",state=\"faulty\"} 1",
    "disks{array=\"md5\",state=\"spare\"} 1",
    "disks{array=\"md5\",state=\"missing\"} 1",
    "degraded{array=\"md5\"} 1",
    "member_state{array=\"md5\",slot=\"unknown\",device=\"sdp\",state=\"faulty\"} 1",
    "state{array=\"md6\",state=\"active\"} 1",
    "sync{array=\"md6\",action=\"recover\"} 1",
    "sync_completed_ratio{array=\"md6\"} 0.7500458659",
    "redundancy{array=\"md6\"} 1",
    "disks{array=\"md6\",state=\"missing\"} 1",
};

/* What node_exporter calls what we measure; its 0 can be nothing for us. */
static const struct {
    const char *theirs, *theirs_label, *ours, *ours_labels;
    double unit;
} names[] = {
    {"node_md_disks", "active", "disks", ",state=\"in_sync\"", 1},
    {"node_md_disks", "failed", "disks", ",state=\"faulty\"", 1},
    {"node_md_disks", "spare", "disks", ",state=\"spare\"", 1},
    {"node_md_disks_required", "", "disks_wanted", "", 1},
    {"node_md_blocks", "", "size_bytes", "", 1024},
    {"node_md_degraded", "", "degraded", "", 1},
    {"node_md_raid_disks", "", "disks_wanted", "", 1},
    {"node_md_state", "active", "sync", ",action=\"idle\"", 1},
    {"node_md_state", "check", "sync", ",action=\"check\"", 1},
    {"node_md_state", "recovering", "sync", ",action=\"recover\"", 1},
    {"node_md_state", "inactive", "state", ",state=\"inactive\"", 1},
};

static const struct {
    const char *array, *metric, *reason;
} differences[] = {
    {"md4", "node_md_disks", "inactive with [2/2] [UU], which md never prints: taken as it stands"},
    {"md4", "node_md_disks_required", "the same"},
    {"md4", "node_md_blocks", "an inactive array holds nothing yet: no size"},
    {"md219", "node_md_blocks", "the same"},
    {"md4", "node_md_state", "inactive is one thing, what it syncs another: idle"},
    {"md219", "node_md_state", "the same"},
    {"md11", "node_md_state", "a sync that is pending does not run: idle, and waiting"},
};

static bool is_explained(const char *array, const char *metric)
{
    for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++)
        if (strcmp(differences[i].array, array) == 0 && strcmp(differences[i].metric, metric) == 0)
            return true;
    return false;
}

/* node_md_disks{device="md0",state="active"} 2 */
static int compare_line(const struct md_seen *seen, const char *line, int *compared)
{
    char metric[64], array[32], label[32] = "";
    double value, ours;

    if (sscanf(line, "%63[^{]{device=\"%31[^\"]\",state=\"%31[^\"]\"} %lf", metric, array, label,
               &value) != 4) {
        label[0] = '\0';
        if (sscanf(line, "%63[^{]{device=\"%31[^\"]\"} %lf", metric, array, &value) != 3)
            return 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].theirs, metric) != 0 || strcmp(names[i].theirs_label, label) != 0)
            continue;
        ours =
            md_seen_value(seen, "%s{array=\"%s\"%s}", names[i].ours, array, names[i].ours_labels);
        if (isnan(ours) && value == 0)
            return 0;
        ++*compared;
        if (ours == value * names[i].unit || is_explained(array, metric))
            return 0;
        print_error("%s: ours is %g\n", line, ours);
        return 1;
    }
    return 0;
}

/* The metrics that its test demands of mdstat, or of the sysfs tree. */
static int compare_exposition(const struct md_seen *seen, bool of_sysfs, int *compared)
{
    char path[1200], line[512];
    int failures = 0;
    snprintf(path, sizeof path, "%s/nodeexporter-e2e-md.prom", corpus);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        bool is_sysfs = strncmp(line, "node_md_degraded", strlen("node_md_degraded")) == 0 ||
                        strncmp(line, "node_md_raid_disks", strlen("node_md_raid_disks")) == 0;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#' && is_sysfs == of_sysfs)
            failures += compare_line(seen, line, compared);
    }
    fclose(file);
    return failures;
}

static void sysfs_tree(void **state)
{
    struct md_run run;
    int failures = 0, compared = 0;
    (void)state;

    tree_make(&tree);
    copy_tree();
    md_run_open(&run);
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    for (size_t i = 0; i < sizeof of_tree / sizeof of_tree[0]; i++)
        if (!md_seen_has(&run.seen, of_tree[i])) {
            print_error("missing: %s\n", of_tree[i]);
            failures++;
        }
    failures += compare_exposition(&run.seen, true, &compared);
    assert_true(compared >= 11);
    assert_int_equal(run.seen.finding_count, 0);
    assert_int_equal(failures, 0);
    md_run_close(&run);
    tree_remove(&tree);
}

static void mdstat_text(void **state)
{
    struct md_run run;
    char path[1200];
    int compared = 0;
    (void)state;

    tree_make(&tree);
    snprintf(path, sizeof path, "%s/nodeexporter-mdstat.mdstat", corpus);
    copy_file(path, "/proc/mdstat");
    md_run_open(&run);
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_int_equal(compare_exposition(&run.seen, false, &compared), 0);
    assert_true(compared >= 100);
    md_run_close(&run);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sysfs_tree),
        cmocka_unit_test(mdstat_text),
    };
    const char *shared = getenv("FOREWARN_SHARED");
    snprintf(corpus, sizeof corpus, "%s/corpus/mdstat", shared ? shared : TOP_SRCDIR "/../shared");
    if (access(corpus, R_OK) < 0) {
        printf("SKIP: %s is not there\n", corpus);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
