/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: told_disk UIO-DEVICE DIRECTORY BYTES
 * The user space's side of a disk of target_core_user (Documentation/target/tcmu-design.rst): an
 * ATA disk that does what files in DIRECTORY tell it. Read once: identity     model, serial,
 * firmware and WWN (16 hexadecimal digits), a line each and anew at each command, so that they can
 * be changed while it runs: attributes   ID FLAGS VALUE WORST THRESHOLD RAW, a line each selftests
 * TYPE STATUS HOURS, a line each, the newest last errors       how many errors its log has counted
 *   failing      is there: its own verdict is that a threshold was passed
 *   unreadable   numbers of sectors: reading them gives a medium error
 *   slow         milliseconds that each ATA command takes
 *   silent       is there: it answers nothing until the file is gone
 * What is written to it is kept in memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/target_core_user.h>
#include <scsi/scsi.h>

#include "tests/vm/told_disk.h"

enum {
    MAX_PIECES = 256,
    MEDIUM_UNREAD = 0x11, /* additional sense codes, SPC-4 */
    NO_SUCH_COMMAND = 0x20,
    NO_SUCH_SECTOR = 0x21,
    NO_SUCH_FIELD = 0x24,
    READ_LONGER = 0x88, /* commands of 16 bytes */
    WRITE_LONGER = 0x8a,
    READ_CAPACITY_16 = 0x9e,
};

/* A command of the kernel's, and the answer to it. */
struct command {
    const uint8_t *cdb;
    struct iovec pieces[MAX_PIECES]; /* of the buffer: offsets into the shared memory */
    size_t piece_count;
    uint8_t sense[TCMU_SENSE_BUFFERSIZE];
    uint8_t status;
    bool has_data;
};

/* SCSI's numbers: the first byte is the highest. */
static void put_high_first(uint8_t *at, int bytes, uint64_t value)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8)
        at[i] = (uint8_t)value;
}

static uint64_t get_high_first(const uint8_t *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

void told_put_text(uint8_t *at, size_t size, const char *text)
{
    memset(at, ' ', size);
    memcpy(at, text, strnlen(text, size));
}

/* ---- answers */

/* What the answer does not fill is zero. */
static void answer(const struct told *told, struct command *command, const void *data, size_t size)
{
    const uint8_t *from = data;
    for (size_t i = 0; i < command->piece_count; i++) {
        const struct iovec *piece = &command->pieces[i];
        uint8_t *to = told->shared + (uintptr_t)piece->iov_base;
        size_t length = piece->iov_len < size ? piece->iov_len : size;
        memcpy(to, from, length);
        memset(to + length, 0, piece->iov_len - length);
        from += length;
        size -= length;
    }
    command->has_data = true;
}

static void refuse(struct command *command, uint8_t key, uint8_t code)
{
    memset(command->sense, 0, sizeof command->sense);
    command->sense[0] = 0x70;
    command->sense[2] = key;
    command->sense[7] = 10;
    command->sense[12] = code;
    command->status = 2;
}

/* As SAT has them: descriptor 9 of descriptor sense data. */
static void give_registers(struct command *command, const struct told_registers *r)
{
    const uint8_t sense[] = {
        0x72, (r->status & 1) ? ABORTED_COMMAND : RECOVERED_ERROR,
        0,    (r->status & 1) ? 0 : 0x1d,
        0,    0,
        0,    14,
        9,    12,
        0,    r->error,
        0,    r->count,
        0,    r->low,
        0,    r->middle,
        0,    r->high,
        0x40, r->status,
    };
    memset(command->sense, 0, sizeof command->sense);
    memcpy(command->sense, sense, sizeof sense);
    command->status = 2;
}

static void ata(const struct told *told, struct command *command)
{
    const uint8_t *cdb = command->cdb;
    bool longer = cdb[0] == 0x85; /* ATA PASS-THROUGH (16), else (12) */
    uint8_t page[TOLD_SECTOR];
    struct told_registers r = {
        .command = cdb[longer ? 14 : 9],
        .feature = cdb[longer ? 4 : 3],
        .low = cdb[longer ? 8 : 5],
        .middle = cdb[longer ? 10 : 6],
        .high = cdb[longer ? 12 : 7],
    };
    if (told_ata(told, &r, page))
        answer(told, command, page, sizeof page);
    if ((r.status & 1) || (cdb[2] & 0x20)) /* CK_COND: the registers are wanted */
        give_registers(command, &r);
}

static void transfer(const struct told *told, struct command *command, uint64_t first,
                     uint64_t count, bool write)
{
    uint64_t bad;
    if (first > told->sectors || count > told->sectors - first) {
        refuse(command, ILLEGAL_REQUEST, NO_SUCH_SECTOR);
        return;
    }
    if (!write && told_unreadable(told, first, count, &bad)) {
        refuse(command, MEDIUM_ERROR, MEDIUM_UNREAD);
        command->sense[0] |= 0x80;
        put_high_first(command->sense + 3, 4, bad);
        return;
    }
    uint8_t *data = told->data + first * TOLD_SECTOR;
    if (!write) {
        answer(told, command, data, count * TOLD_SECTOR);
        return;
    }
    uint64_t left = count * TOLD_SECTOR;
    for (size_t i = 0; i < command->piece_count && left; i++) {
        const struct iovec *piece = &command->pieces[i];
        size_t length = piece->iov_len < left ? piece->iov_len : left;
        memcpy(data, told->shared + (uintptr_t)piece->iov_base, length);
        data += length;
        left -= length;
    }
}

static void vital_product_data(const struct told *told, struct command *command)
{
    uint8_t page[572] = {[1] = command->cdb[2]};
    size_t length = strlen(told->serial);
    switch (command->cdb[2]) {
    case 0x00:
        memcpy(page + 3, "\4\x00\x80\x83\x89", 5);
        answer(told, command, page, 8);
        break;
    case 0x80:
        page[3] = (uint8_t)length;
        told_put_text(page + 4, length, told->serial);
        answer(told, command, page, 4 + length);
        break;
    case 0x83: /* its WWN */
        memcpy(page + 3, "\x0c\1\3\0\x08", 5);
        put_high_first(page + 8, 8, told->wwn);
        answer(told, command, page, 16);
        break;
    case 0x89: /* what it is as an ATA disk */
        put_high_first(page + 2, 2, 568);
        told_put_text(page + 8, 8, "forewarn");
        told_put_text(page + 16, 16, "told disk");
        told_put_text(page + 32, 4, "1");
        page[56] = 0xec;
        told_identify(told, page + 60);
        answer(told, command, page, sizeof page);
        break;
    default:
        refuse(command, ILLEGAL_REQUEST, NO_SUCH_FIELD);
    }
}

static void inquiry(const struct told *told, struct command *command)
{
    uint8_t page[96] = {[2] = 5, [3] = 2, [4] = 91, [7] = 2};
    if (command->cdb[1] & 1) {
        vital_product_data(told, command);
        return;
    }
    told_put_text(page + 8, 8, "ATA");
    told_put_text(page + 16, 16, told->model);
    told_put_text(page + 32, 4, told->firmware);
    answer(told, command, page, sizeof page);
}

static void capacity(const struct told *told, struct command *command)
{
    uint8_t page[32] = {0};
    bool longer = command->cdb[0] == READ_CAPACITY_16;
    int bytes = longer ? 8 : 4;
    put_high_first(page, bytes, told->sectors - 1);
    put_high_first(page + bytes, 4, TOLD_SECTOR);
    answer(told, command, page, longer ? 32 : 8);
}

/* Header only: no pages. */
static void mode_sense(const struct told *told, struct command *command)
{
    bool six = command->cdb[0] == MODE_SENSE;
    uint8_t page[8] = {0};
    page[six ? 0 : 1] = six ? 3 : 6;
    answer(told, command, page, six ? 4 : 8);
}

static void obey(const struct told *told, struct command *command)
{
    const uint8_t *cdb = command->cdb;
    switch (cdb[0]) {
    case TEST_UNIT_READY:
    case START_STOP:
    case SYNCHRONIZE_CACHE:
    case 0x91: /* SYNCHRONIZE CACHE (16) */
        break;
    case INQUIRY:
        inquiry(told, command);
        break;
    case READ_CAPACITY:
    case READ_CAPACITY_16:
        capacity(told, command);
        break;
    case MODE_SENSE:
    case MODE_SENSE_10:
        mode_sense(told, command);
        break;
    case READ_10:
    case WRITE_10:
        transfer(told, command, get_high_first(cdb + 2, 4), get_high_first(cdb + 7, 2),
                 cdb[0] == WRITE_10);
        break;
    case READ_LONGER:
    case WRITE_LONGER:
        transfer(told, command, get_high_first(cdb + 2, 8), get_high_first(cdb + 10, 4),
                 cdb[0] == WRITE_LONGER);
        break;
    case 0x85: /* ATA PASS-THROUGH (16), (12) */
    case 0xa1:
        ata(told, command);
        break;
    default:
        refuse(command, ILLEGAL_REQUEST, NO_SUCH_COMMAND);
    }
}

/* ---- the ring */

static void take(const struct told *told, struct tcmu_cmd_entry *entry)
{
    struct command command = {.cdb = told->shared + entry->req.cdb_off};
    while (told_is(told, "silent"))
        usleep(100000);
    command.piece_count = entry->req.iov_cnt < MAX_PIECES ? entry->req.iov_cnt : MAX_PIECES;
    memcpy(command.pieces, (uint8_t *)entry + offsetof(struct tcmu_cmd_entry, req.iov),
           command.piece_count * sizeof *command.pieces);
    obey(told, &command);
    size_t size = 0;
    for (size_t i = 0; i < command.piece_count; i++)
        size += command.pieces[i].iov_len;
    memset(&entry->rsp, 0, sizeof entry->rsp);
    entry->rsp.scsi_status = command.status;
    if (command.status && command.has_data) { /* both data and registers */
        entry->hdr.uflags |= TCMU_UFLAG_READ_LEN;
        entry->rsp.read_len = (uint32_t)size;
    }
    memcpy(entry->rsp.sense_buffer, command.sense, sizeof command.sense);
}

static void serve(const struct told *told)
{
    struct tcmu_mailbox *box = (struct tcmu_mailbox *)told->shared;
    for (;;) {
        uint32_t tail = box->cmd_tail;
        while (tail != __atomic_load_n(&box->cmd_head, __ATOMIC_ACQUIRE)) {
            void *at = told->shared + box->cmdr_off + tail;
            struct tcmu_cmd_entry *entry = at;
            uint32_t word = entry->hdr.len_op;
            if (tcmu_hdr_get_op(word) == TCMU_OP_CMD)
                take(told, entry);
            else if (tcmu_hdr_get_op(word) != TCMU_OP_PAD)
                entry->hdr.uflags |= TCMU_UFLAG_UNKNOWN_OP;
            tail = (tail + tcmu_hdr_get_len(word)) % box->cmdr_size;
            __atomic_store_n(&box->cmd_tail, tail, __ATOMIC_RELEASE);
        }
        uint32_t note = 1;
        if (write(told->uio, &note, sizeof note) < 0 || read(told->uio, &note, sizeof note) < 0)
            return;
    }
}

/* The size of what the device shares stands in sysfs. */
static bool map_shared(struct told *told, const char *device)
{
    char path[128];
    unsigned long size = 0;
    const char *name = strrchr(device, '/');
    snprintf(path, sizeof path, "/sys/class/uio/%s/maps/map0/size", name ? name + 1 : device);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%lx", &size) != 1)
        return false;
    fclose(file);
    told->shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, told->uio, 0);
    return told->shared != MAP_FAILED;
}

int main(int argc, char **argv)
{
    struct told told = {0};
    if (argc != 4) {
        fputs("usage: told_disk UIO-DEVICE DIRECTORY BYTES\n", stderr);
        return 64;
    }
    size_t size = strtoull(argv[3], NULL, 10);
    told.sectors = size / TOLD_SECTOR;
    told.data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (told.data == MAP_FAILED || told_open(&told, argv[1], argv[2]) < 0 ||
        !map_shared(&told, argv[1])) {
        perror(argv[1]);
        return 71;
    }
    serve(&told);
    perror(argv[1]);
    return 71;
}
