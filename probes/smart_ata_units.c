/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <stddef.h>

#include "probes/smart_ata.h"

/*
 * Disks on which an attribute counts something else than its id stands for. Models and firmware are
 * patterns of fnmatch(3), firmware NULL: any. Known from data sheets, smartmontools' database and
 * libatasmart's quirks, which agree on these.
 */
static const struct quirk {
    const char *model, *firmware;
    uint8_t id;
    enum smart_unit unit;
} quirks[] = {
    /* one firmware of Fujitsu counts minutes, and something else than sectors */
    {"FUJITSU MHY2???BH", "0085000B", 9, SMART_UNIT_MINUTES},
    {"FUJITSU MHY2???BH", "0085000B", 197, SMART_UNIT_NOTHING},
    {"FUJITSU MHY2???BH", "0085000B", 198, SMART_UNIT_NOTHING},
    {"FUJITSU MH[G-V]2*", NULL, 9, SMART_UNIT_SECONDS},
    {"FUJITSU MP[A-G]3*", NULL, 9, SMART_UNIT_SECONDS},
    {"FUJITSU M1623TAU", NULL, 9, SMART_UNIT_SECONDS},
    {"SAMSUNG SV0412H", NULL, 194, SMART_UNIT_TENTH_CELSIUS},
    {"SAMSUNG SV1204H", NULL, 194, SMART_UNIT_TENTH_CELSIUS},
    {"SAMSUNG SV[0-9][0-9][0-9][0-9][HN]", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"SAMSUNG SP0451[CN]", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"SAMSUNG SP08[0124]2[CN]", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"SAMSUNG SP12[0145]3[CN]", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"SAMSUNG SP16[0145]4[CN]", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"SAMSUNG SP[48]0A[24]H", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"SAMSUNG SP8004H", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"SAMSUNG MP0[3468]0[234]H", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"SAMSUNG HM[01][0-9][0-9][HIJ][CI]", NULL, 9, SMART_UNIT_HALF_MINUTES},
    {"Maxtor 2B0*", NULL, 194, SMART_UNIT_NOTHING},
    {"Maxtor 4[DG]*", NULL, 194, SMART_UNIT_NOTHING},
    {"Maxtor [234589]*", NULL, 9, SMART_UNIT_MINUTES},
    {"Maxtor 6[BEKLY]*", NULL, 9, SMART_UNIT_MINUTES},
    {"Maxtor 7[LY]*", NULL, 9, SMART_UNIT_MINUTES},
    {"HITACHI_DK14FA-20B", NULL, 9, SMART_UNIT_MINUTES},
    {"HITACHI_DK23*", NULL, 9, SMART_UNIT_MINUTES},
    {"HTA422020F9AT?0", NULL, 9, SMART_UNIT_MINUTES},
    {"HE[JN]4230?0F9AT00", NULL, 9, SMART_UNIT_MINUTES},
    {"HTC4260?0G?CE00", NULL, 9, SMART_UNIT_MINUTES},
    {"HTS541010G9SA00", "MBZOC60P", 5, SMART_UNIT_NOTHING},
    {"TOSHIBA MK??51GSY*", NULL, 9, SMART_UNIT_MINUTES},
    {"TOSHIBA MK??56GSY*", NULL, 9, SMART_UNIT_MINUTES},
    {"TOSHIBA MK??61GSY", NULL, 9, SMART_UNIT_MINUTES},
    {"TOSHIBA MK??61GSYN", NULL, 9, SMART_UNIT_MINUTES},
    {"TOSHIBA MK??76GSX", NULL, 9, SMART_UNIT_MINUTES},
    {"MCCOE64GEMPP", "2.9.0[3-9]", 5, SMART_UNIT_NOTHING},
    {"MCCOE64GEMPP", "2.9.0[3-9]", 190, SMART_UNIT_NOTHING},
    /* failed reads ever; GiB read; GiB written */
    {"OCZ[ -]*", NULL, 197, SMART_UNIT_NOTHING},
    {"OCZ[ -]*", NULL, 198, SMART_UNIT_NOTHING},
    {"OCZ[ -]*", NULL, 199, SMART_UNIT_NOTHING},
    {"Radeon R7*", NULL, 197, SMART_UNIT_NOTHING},
    {"Radeon R7*", NULL, 198, SMART_UNIT_NOTHING},
    {"Radeon R7*", NULL, 199, SMART_UNIT_NOTHING},
};

enum smart_unit smart_ata_unit(const char *model, const char *firmware, uint8_t id)
{
    for (size_t i = 0; i < sizeof quirks / sizeof quirks[0]; i++) {
        const struct quirk *quirk = &quirks[i];
        if (quirk->id == id && quirk->model[0] == model[0] &&
            fnmatch(quirk->model, model, 0) == 0 &&
            (!quirk->firmware || fnmatch(quirk->firmware, firmware, 0) == 0))
            return quirk->unit;
    }
    return SMART_UNIT_DEFAULT;
}
