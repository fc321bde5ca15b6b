/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/mask.h"
#include "agent/siphash.h"

static const unsigned char key[MASK_KEY_BYTES] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                  8, 9, 10, 11, 12, 13, 14, 15};

/* The first ones of the reference's vectors. */
static void test_siphash(void **state)
{
    static const uint64_t expected[] = {0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
                                        0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
                                        0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462};
    unsigned char data[16];
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        data[i] = (unsigned char)i;
        assert_true(siphash(key, data, i) == expected[i]);
    }
}

/* What of this tells whose host it is, and what does not; the second must stay. */
static const struct {
    const char *path, *text, *gone[4], *stays[4];
} cases[] = {
    {"/proc/sys/kernel/hostname", "mail7.example.org\n", {"mail7", "example"}, {".", "\n"}},
    {"/run/udev/data/b8:0",
     "I:1\nE:ID_MODEL=WDC_WD40EFRX\nE:ID_SERIAL=WDC_WD40EFRX_WD-WCC4E1234567\n"
     "E:ID_SERIAL_SHORT=WD-WCC4E1234567\nE:ID_WWN=0x50014ee2b1234567\n",
     {"WCC4E1234567", "2b1234567"},
     {"WDC_WD40EFRX_", "0x50014ee", "E:ID_SERIAL_SHORT=", "-"}},
    {"/smart/sda.json",
     "{\"model_name\": \"WD40\",\n \"serial_number\": \"WD-WCC4E1234567\",\n"
     " \"wwn\": {\n \"naa\": 5,\n \"oui\": 5358,\n \"id\": 11561813351\n },\n"
     " \"user_capacity\": {\"bytes\": 4000787030016},\n \"id\": 197}",
     {"WCC4E1234567", "11561813351"},
     {"WD40", "5358", "4000787030016", "\"id\": 197"}},
    {"/sys/block/sda/device/wwid", "naa.50014ee2b1234567\n", {"2b1234567"}, {"naa.50014ee"}},
    {"/sys/block/nvme0n1/eui", "00 25 38 5b 71 00 12 34\n", {"12 34"}, {"00 25 38 "}},
    {"/proc/self/mountstats",
     "device filer1:/vol/acme mounted on /var/vmail/acme with fstype nfs statvers=1.1\n"
     "\topts:\trw,addr=192.0.2.10,clientaddr=192.0.2.7,local_lock=none\n"
     "\tbytes:\t1234567890123456 0 0 0\n",
     {"filer1", "acme", "192.0.2.10", "192.0.2.7"},
     {"/vol/", "/var/vmail/", "statvers=1.1", "1234567890123456"}},
    {"/proc/mdstat", "md2 : active raid5 sdb[0] sdc[1]\n", {NULL}, {"md2 : active raid5 sdb[0]"}},
};

enum { CASES = sizeof cases / sizeof *cases };

static struct mask *learn_all(void)
{
    struct mask *mask = mask_new(key);
    for (size_t i = 0; i < CASES; i++)
        mask_learn(mask, cases[i].path, cases[i].text, strlen(cases[i].text));
    return mask;
}

static void test_cases(void **state)
{
    struct mask *mask = learn_all();
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        struct buf out = {0}, again = {0};
        mask_text(mask, cases[i].path, cases[i].text, strlen(cases[i].text), &out);
        for (size_t k = 0; k < 4 && cases[i].gone[k]; k++)
            if (strstr(out.data, cases[i].gone[k]))
                fail_msg("%s is still in %s", cases[i].gone[k], out.data);
        for (size_t k = 0; k < 4 && cases[i].stays[k]; k++)
            if (!strstr(out.data, cases[i].stays[k]))
                fail_msg("%s is not in %s", cases[i].stays[k], out.data);
        mask_text(mask, cases[i].path, cases[i].text, strlen(cases[i].text), &again);
        assert_string_equal(out.data, again.data);
        buf_free(&out);
        buf_free(&again);
    }
    mask_free(&mask);
}

static void masked(const struct mask *mask, const char *path, const char *text, char out[256])
{
    struct buf buf = {0};
    mask_text(mask, path, text, strlen(text), &buf);
    snprintf(out, 256, "%s", buf.data);
    buf_free(&buf);
}

/* One disk: what sysfs, udev and smartctl say of it is the same number afterwards. */
static void test_consistent(void **state)
{
    struct mask *mask = learn_all();
    char sysfs[256], udev[256], json[256], expected[256];
    unsigned long long id;
    (void)state;
    masked(mask, "/sys/x/wwid", "naa.50014ee2b1234567\n", sysfs);
    masked(mask, "/run/udev/data/b8:0", "E:ID_SERIAL=350014ee2b1234567\n", udev);
    masked(mask, "/smart/sda.json", "\"wwn\": {\"naa\": 5, \"oui\": 5358, \"id\": 11561813351}",
           json);
    assert_int_equal(sscanf(json, "\"wwn\": {\"naa\": 5, \"oui\": 5358, \"id\": %llu}", &id), 1);
    snprintf(expected, sizeof expected, "naa.50014ee%09llx\n", id);
    assert_string_equal(sysfs, expected);
    snprintf(expected, sizeof expected, "E:ID_SERIAL=350014ee%09llx\n", id);
    assert_string_equal(udev, expected);
    mask_free(&mask);
}

/* With another key it is another name. */
static void test_key(void **state)
{
    static const unsigned char other[MASK_KEY_BYTES] = {1};
    struct mask *a = mask_new(key), *b = mask_new(other);
    char x[256], y[256];
    (void)state;
    mask_add(a, MASK_SERIAL, "WD-WCC4E1234567", 15);
    mask_add(b, MASK_SERIAL, "WD-WCC4E1234567", 15);
    masked(a, "/x", "WD-WCC4E1234567", x);
    masked(b, "/x", "WD-WCC4E1234567", y);
    assert_string_not_equal(x, y);
    assert_int_equal(strlen(x), 15);
    mask_free(&a);
    mask_free(&b);
}

/* Names stand alone: a host called "md" leaves md0 as it is. */
static void test_alone(void **state)
{
    struct mask *mask = mask_new(key);
    char out[256];
    (void)state;
    mask_add(mask, MASK_NAME, "md", 2);
    masked(mask, "/x", "md0 mdstat amd", out);
    assert_string_equal(out, "md0 mdstat amd");
    masked(mask, "/x", "on md:", out);
    assert_string_not_equal(out, "on md:");
    mask_free(&mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_siphash),    cmocka_unit_test(test_cases),
        cmocka_unit_test(test_consistent), cmocka_unit_test(test_key),
        cmocka_unit_test(test_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
