/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "agent/recording_delta.h"
#include "agent/recording_inside.h"
#include "core/arena.h"

/* Below this a difference is no shorter. */
enum { DELTA_LEAST = 256 };

static void put_number(unsigned char *at, size_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(number >> (8 * i));
}

static size_t get_number(const unsigned char *at)
{
    size_t number = 0;
    for (int i = 0; i < 4; i++)
        number |= (size_t)at[i] << (8 * i);
    return number;
}

struct making {
    struct recording *recording;
    struct arena *arena;
    Forewarn__Put **at;
    size_t count, room;
};

static void set_bytes(ProtobufCBinaryData *data, struct arena *arena, const char *bytes,
                      size_t length)
{
    data->data = (uint8_t *)arena_strndup(arena, bytes ? bytes : "", length);
    data->len = length;
}

static void add_put(struct recorded *entry, void *arg)
{
    struct making *making = arg;
    if (entry->change != making->recording->number)
        return;
    Forewarn__Put *put = ARENA_NEW(making->arena, Forewarn__Put);
    forewarn__put__init(put);
    put->path = entry->path;
    put->has_kind = put->has_owners = true;
    put->kind = (Forewarn__PutKind)entry->kind;
    put->owners = entry->owners;
    put->has_data = entry->length > 0;
    if (entry->length >= DELTA_LEAST && entry->before_length) {
        struct buf packed = {0};
        delta_pack(entry->before, entry->before_length, entry->data, entry->length, &packed);
        set_bytes(&put->data, making->arena, packed.data, packed.length);
        put->has_delta = true;
        put->delta = entry->length;
        buf_free(&packed);
    } else if (entry->length) {
        set_bytes(&put->data, making->arena, entry->data, entry->length);
    }
    recorded_forget(entry);
    making->at =
        arena_grow(making->arena, making->at, making->count, &making->room, sizeof *making->at);
    making->at[making->count++] = put;
}

static void seal(const Forewarn__Recorded *message, struct buf *out)
{
    struct buf packed = {0};
    unsigned char head[FRAME_HEAD];
    size_t length = forewarn__recorded__get_packed_size(message);
    uint8_t *bytes = malloc(length + 1);

    if (!bytes)
        abort();
    forewarn__recorded__pack(message, bytes);
    delta_pack(NULL, 0, bytes, length, &packed);
    put_number(head, packed.length);
    put_number(head + 4, XXH32(packed.data, packed.length, (XXH32_hash_t)length));
    put_number(head + 8, length);
    buf_add(out, head, sizeof head);
    buf_add(out, packed.data, packed.length);
    free(bytes);
    buf_free(&packed);
}

void frame_make(struct recording *recording, struct buf *out)
{
    SCRATCH_ARENA(arena);
    struct making making = {.recording = recording, .arena = arena};
    Forewarn__Recorded message = FOREWARN__RECORDED__INIT;

    recording_state_walk(recording->state, add_put, &making);
    message.has_at_ms = message.has_holds_ms = true;
    message.at_ms = recording->look.at_ms;
    message.holds_ms = recording->look.holds_ms;
    message.put = making.at;
    message.n_put = making.count;
    message.gone = recording->gone;
    message.n_gone = recording->gone_count;
    seal(&message, out);
}

int frame_length(const unsigned char head[FRAME_HEAD], size_t *length, struct error *e)
{
    *length = get_number(head);
    if (*length > FRAME_MAX || get_number(head + 8) > FRAME_MAX_INFLATED)
        return error_set(e, -EINVAL, "a look of %zu bytes", *length);
    return 0;
}

static int take_put(struct recording *recording, const Forewarn__Put *put, struct error *e)
{
    struct recorded *known = recording_state_find(recording->state, put->path ? put->path : "");
    struct buf plain = {0};
    struct recorded *entry;
    int code = 0;

    if (put->has_delta && put->delta > RECORDING_MAX_FILE)
        return error_set(e, -E2BIG, "%.200s: a file of %llu bytes", put->path,
                         (unsigned long long)put->delta);
    if (put->has_delta)
        code = delta_unpack(known ? known->data : NULL, known ? known->length : 0, put->data.data,
                            put->data.len, (size_t)put->delta, &plain, e);
    else if (put->has_data)
        buf_add(&plain, put->data.data, put->data.len);
    if (code == 0)
        code = recording_state_put(recording->state, (enum root_kind)put->kind,
                                   put->path ? put->path : "", plain.length ? plain.data : "",
                                   plain.length, &entry, e);
    buf_free(&plain);
    if (code < 0)
        return code;
    recorded_forget(entry);
    entry->owners = put->owners;
    entry->look = entry->change = recording->number;
    return 0;
}

static int take_message(struct recording *recording, const Forewarn__Recorded *message,
                        struct error *e)
{
    int code = 0;
    recording_empty_gone(recording);
    for (size_t i = 0; i < message->n_gone; i++) {
        recording_note_gone(recording, message->gone[i]);
        recording_state_remove(recording->state, message->gone[i]);
    }
    for (size_t i = 0; i < message->n_put && code == 0; i++) {
        if (message->put[i]->kind > FOREWARN__PUT_KIND__FILE)
            code = error_set(e, -EINVAL, "an entry of a kind that is not known");
        else
            code = take_put(recording, message->put[i], e);
    }
    return code;
}

int frame_take(struct recording *recording, const unsigned char head[FRAME_HEAD], const void *body,
               size_t length, struct recording_look *look, struct error *e)
{
    struct buf plain = {0};
    size_t inflated = get_number(head + 8);

    if (XXH32(body, length, (XXH32_hash_t)inflated) != get_number(head + 4))
        return error_set(e, -EBADMSG, "its sum is wrong");
    int code = delta_unpack(NULL, 0, body, length, inflated, &plain, e);
    Forewarn__Recorded *message =
        code < 0 ? NULL
                 : forewarn__recorded__unpack(NULL, plain.length, (const uint8_t *)plain.data);
    buf_free(&plain);
    if (code == 0 && (!message || !message->has_at_ms))
        code = error_set(e, -EINVAL, "it is no look");
    if (code == 0) {
        recording->number++;
        code = take_message(recording, message, e);
        *look = (struct recording_look){message->at_ms, message->holds_ms};
    }
    if (message)
        forewarn__recorded__free_unpacked(message, NULL);
    return code;
}
