/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/dbox_file.h"
#include "tests/probes/mailindex_findings.h"

#define TOP   "2 M1e C6b01e41e\n"
#define HEAD4 "\1\2N          0000000000000004\n"
#define META  "\n\1\3\nR6b01e41e\nV8\nGed73d41f1ee4016b9914000083ecc375\n\n"

/* All mails of a file, one after the other, then what was found. */
static char *walk(const char *text, size_t length)
{
    struct buf out = {0}, findings = {0};
    struct mailindex_sink sink = findings_into(&findings);
    struct mailindex_file file = mailindex_memory("m.1", text, length);
    struct mailindex_window window = {.file = &file};
    struct dbox_file_header header;
    struct dbox_mail mail;

    buf_puts(&out, "");
    if (dbox_file_header(&file, &window, &header, &sink)) {
        for (uint64_t at = header.first; at < file.size; at = mail.end) {
            if (!dbox_mail_read(&file, &window, &header, at, &mail, &sink))
                break;
            buf_printf(&out, "%d+%d(%d,%d,%02x) ", (int)mail.at, (int)mail.body, (int)mail.size,
                       (int)mail.vsize, mail.has_guid ? mail.guid[0] : 0);
        }
    }
    buf_puts(&out, findings.data);
    window_free(&window);
    buf_free(&findings);
    return out.data;
}

#define WALK(text, expected)                                                                       \
    do {                                                                                           \
        char *given = walk(text, sizeof text - 1);                                                 \
        assert_string_equal(given, expected);                                                      \
        free(given);                                                                               \
    } while (0)

static void reads_mails(void **state)
{
    (void)state;
    WALK(TOP HEAD4 "body" META, "16+4(-1,8,ed) ");
    WALK(TOP HEAD4 "body" META HEAD4 "more"
                   "\n\1\3\nZ3\n\n",
         "16+4(-1,8,ed) 102+4(3,-1,00) ");
    WALK(TOP, "");
}

static void finds_what_is_broken(void **state)
{
    (void)state;
    WALK("", "D01@0");
    WALK("2 M1e C6b01e41e", "D01@0");
    WALK("3 M1e C6b01e41e\n", "D01@0");
    WALK("2 Mffff C6b01e41e\n", "D01@0");
    WALK(TOP "\1\3N          0000000000000004\nbody" META, "D01@16");
    WALK(TOP "\1\2X          0000000000000004\nbody" META, "D01@16");
    WALK(TOP "\1\2N          000000000000000x\nbody" META, "D01@16");
    WALK(TOP "\1\2N          0000000000000005\nbody" META, "D01@16");
    WALK(TOP "\1\2N          ffffffffffffffff\nbody" META, "D01@16");
    WALK(TOP "\1\2N          7fffffffffffffff\nbody" META, "D01@16");
    WALK(TOP HEAD4 "body\n\1\3\nV8\n", "D01@50");
    WALK(TOP HEAD4 "body\n\1\3\nV8", "D01@50");
    WALK(TOP HEAD4 "body\n\1\3\n?8\n\n", "D01@50");
    WALK(TOP HEAD4 "bo", "D01@16");
    WALK(TOP "\1\2N", "D01@16");
    WALK(TOP HEAD4 "body" META "junk", "16+4(-1,8,ed) D01@102");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_mails),
        cmocka_unit_test(finds_what_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
