/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probes/disks_vpd.h"
#include "probes/identity.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void wwn(void **state)
{
    (void)state;
    static const struct {
        unsigned naa;
        uint32_t oui;
        uint64_t id;
        const char *out;
    } cases[] = {
        {5, 3152, 0, "0x5000c50000000000"},
        {5, 0x0014ee, 0x2b1234567, "0x50014ee2b1234567"},
        {3, 0x333333, 0x000006590, "0x3333333000006590"},
        {0, 0, 0, ""},
        {16, 1, 1, ""},
        {5, 0x1000000, 1, ""},
        {5, 1, UINT64_C(0x1000000000), ""},
    };
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(identity_from_wwn(arena, cases[i].naa, cases[i].oui, cases[i].id),
                            cases[i].out);
}

static void naa(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"0x5000C500A1B2C3D4", "0x5000c500a1b2c3d4"},
        {"naa.5000c50000000003", "0x5000c50000000003"},
        {"naa.600508b1001c7d4d2b6ab8e3c6a4d1f0", "0x600508b1001c7d4d2b6ab8e3c6a4d1f0"},
        {"0x0000000000000000", ""},
        {"0x5000c5", ""},
        {"0x5000c500a1b2c3dg", ""},
        {"eui.0025385b71b01234", ""},
        {"t10.ATA     LABDISK", ""},
        {"5000c500a1b2c3d4", ""},
        {"", ""},
    };
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(identity_from_naa(arena, cases[i][0]), cases[i][1]);
}

static void nvme(void **state)
{
    (void)state;
    static const uint8_t none[16], nguid[16] = {0x00, 0x25, 0x38, 0x5b, 0x71, [15] = 0x0a};
    SCRATCH_ARENA(arena);
    assert_string_equal(identity_from_nvme(arena, 0x0025385b71b01234, nguid),
                        "eui.0025385b71b01234");
    assert_string_equal(identity_from_nvme(arena, 0, nguid),
                        "eui.0025385b71000000000000000000000a");
    assert_string_equal(identity_from_nvme(arena, 0, none), "");
    assert_string_equal(identity_from_nvme(arena, 0, NULL), "");
}

/* What udev's ata_id prints as ID_SERIAL for the same model and serial. */
static void model_serial(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"LABDISK", "LABAHCI0", "LABDISK_LABAHCI0"},
        {"WDC WD40EFRX-68N32N0", "WD-WCC7K0XXXXXX", "WDC_WD40EFRX-68N32N0_WD-WCC7K0XXXXXX"},
        {"  two   spaces\t", "  S1  ", "two_spaces_S1"},
        {"a/b(c)", "s%1", "a_b_c__s_1"},
        {"#+-.:=@_", "x", "#+-.:=@__x"},
        {"hex\\x20kept", "x", "hex\\x20kept_x"},
        {"\xc3\xa4", "\xff\xfe", "\xc3\xa4___"},
        {"\xc0\x80", "x", "___x"},
        {"", "serial only", "serial_only"},
        {"no serial", "", ""},
        {"no serial", "   ", ""},
    };
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(identity_from_model_serial(arena, cases[i][0], cases[i][1]),
                            cases[i][2]);
}

/* IDENTIFY DEVICE data with these texts, bytes swapped as ATA does, and a world wide name. */
static void make_identify(uint8_t identify[512], const char *model, const char *serial,
                          const char *firmware, uint64_t name)
{
    const struct {
        const char *text;
        size_t first, words;
    } texts[] = {{serial, 10, 10}, {firmware, 23, 4}, {model, 27, 20}};
    memset(identify, 0, 512);
    for (size_t t = 0; t < COUNT(texts); t++)
        for (size_t i = 0, n = strlen(texts[t].text); i < 2 * texts[t].words; i++)
            identify[(2 * texts[t].first + i) ^ 1] = i < n ? (uint8_t)texts[t].text[i] : ' ';
    if (!name)
        return;
    identify[2 * 87 + 1] = 0x41;
    for (size_t i = 0; i < 4; i++) {
        identify[2 * (108 + i)] = (uint8_t)(name >> (48 - 16 * i));
        identify[2 * (108 + i) + 1] = (uint8_t)(name >> (56 - 16 * i));
    }
}

static void ata(void **state)
{
    (void)state;
    uint8_t identify[512];
    struct identity identity;
    SCRATCH_ARENA(arena);

    make_identify(identify, "WDC WD40", "WD-1234", "80.00A80", 0x50014ee2b1234567);
    identity_from_ata(arena, identify, &identity);
    assert_string_equal(identity.disk, "0x50014ee2b1234567");
    assert_string_equal(identity.wwn, "0x50014ee2b1234567");
    assert_string_equal(identity.model, "WDC WD40");
    assert_string_equal(identity.serial, "WD-1234");
    assert_string_equal(identity.firmware, "80.00A80");

    identify[2 * 87 + 1] = 0x01; /* the word is not valid */
    identity_from_ata(arena, identify, &identity);
    assert_string_equal(identity.wwn, "");
    assert_string_equal(identity.disk, "WDC_WD40_WD-1234");

    make_identify(identify, "no serial", "", "", 0);
    identity_from_ata(arena, identify, &identity);
    assert_string_equal(identity.disk, "");
}

static void vpd_pages(void **state)
{
    (void)state;
    static const char serial[] = "\0\x80\0\x08SERIAL  ";
    static const char designators[] = "\0\x83\0\x1c"
                                      "\x61\x93\0\x08\x50\0\x11\x11\0\0\0\x01" /* a port's */
                                      "\x01\x03\0\x08\x50\0\xc5\0\0\0\0\x03"   /* the unit's */
                                      "\x02\x01\0";                            /* cut short */
    SCRATCH_ARENA(arena);
    assert_string_equal(vpd_serial(arena, serial, sizeof serial - 1), "SERIAL");
    assert_string_equal(vpd_serial(arena, serial, 7), "SER");
    assert_string_equal(vpd_serial(arena, serial, 3), "");
    assert_string_equal(vpd_serial(arena, "\0\x83\0\x01X", 5), "");
    assert_string_equal(vpd_naa(arena, designators, sizeof designators - 1), "0x5000c50000000003");
    assert_string_equal(vpd_t10(arena, designators, sizeof designators - 1), "");
    for (size_t n = 0; n < sizeof designators - 1; n++)
        assert_string_equal(vpd_naa(arena, designators, n), n < 28 ? "" : "0x5000c50000000003");
}

static void t10_designators(void **state)
{
    (void)state;
    struct identity identity;
    SCRATCH_ARENA(arena);
    vpd_split_t10(arena, "t10.ATA     LABDISK                                 LABAHCI3", &identity);
    assert_string_equal(identity.model, "LABDISK");
    assert_string_equal(identity.serial, "LABAHCI3");
    assert_string_equal(identity.disk, "LABDISK_LABAHCI3");
    vpd_split_t10(arena, "t10.QEMU    QEMU HARDDISK   drive-scsi0", &identity);
    assert_string_equal(identity.disk, "");
    vpd_split_t10(arena, "t10.ATA     LABDISK", &identity);
    assert_string_equal(identity.disk, "");
}

static void identify_page(void **state)
{
    (void)state;
    char page[60 + 512] = {0, (char)0x89, 2, 0x38, [56] = (char)0xec};
    assert_ptr_equal(vpd_identify(page, sizeof page), page + 60);
    assert_null(vpd_identify(page, sizeof page - 1));
    page[56] = (char)0xa1;
    assert_null(vpd_identify(page, sizeof page));
}

/* Bounded, and never cut within a character. */
static void long_text(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    char text[IDENTITY_MAX + 64];
    memset(text, 'x', sizeof text);
    memcpy(text + IDENTITY_MAX - 1, "\u20ac", 3);
    assert_int_equal(strlen(identity_text(arena, text, sizeof text)), IDENTITY_MAX - 1);
    memset(text, 'x', sizeof text);
    memcpy(text + IDENTITY_MAX - 3, "\u20ac", 3);
    assert_int_equal(strlen(identity_text(arena, text, sizeof text)), IDENTITY_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wwn),
        cmocka_unit_test(naa),
        cmocka_unit_test(nvme),
        cmocka_unit_test(model_serial),
        cmocka_unit_test(ata),
        cmocka_unit_test(vpd_pages),
        cmocka_unit_test(t10_designators),
        cmocka_unit_test(identify_page),
        cmocka_unit_test(long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
