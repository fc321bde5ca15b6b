/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DBOX_FILE_H
#define PROBES_DBOX_FILE_H

#include "probes/mailindex.h"

/*
 * The mail files of sdbox (u.N, one mail each) and mdbox (m.N, many): a header line, then for each
 * mail a header of 30 bytes, its body, and lines of metadata; nothing between.
 *     2 M1e C<hex>\n
 *     \1\2N <8 blanks> <16 hex digits: size of the body>\n
 *     <body>\n\1\3\n<key><value>\n...\n
 * Source: src/lib-storage/index/dbox-common/dbox-file.[ch], dbox-save.c of Dovecot 2.3.19, 2.4.4.
 */
enum { DBOX_MESSAGE_HEADER = 30, DBOX_METADATA_MAX = 64 * 1024 };

struct dbox_file_header {
    uint32_t message_header; /* bytes of a mail's header: M */
    uint64_t first;          /* where the first mail starts */
};

struct dbox_mail {
    uint64_t at;   /* of its header */
    uint64_t body; /* bytes of the body */
    uint64_t end;  /* after its metadata */
    bool has_guid;
    uint8_t guid[16];
    int64_t size, vsize; /* Z and V; -1: not said */
    bool unwritten;      /* its header is all zero: it is still being written, or never was */
};

/* Reads the first line; reports and gives false where it is none. */
bool dbox_file_header(const struct mailindex_file *file, struct mailindex_window *window,
                      struct dbox_file_header *header, struct mailindex_sink *sink);

/*
 * Reads the mail at that offset: header and metadata; the body is skipped. Reports and gives false
 * where it is broken.
 */
bool dbox_mail_read(const struct mailindex_file *file, struct mailindex_window *window,
                    const struct dbox_file_header *header, uint64_t at, struct dbox_mail *mail,
                    struct mailindex_sink *sink);

#endif
