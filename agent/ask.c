/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/look.h"
#include "core/utf8.h"

/* How much longer than the agent may take its answer may take to arrive. */
enum { GRACE_MS = 500 };

json_t *ask_request(const char *command, int64_t timeout_ms)
{
    json_t *request = json_pack("{s:s, s:f}", "command", command, "timeout",
                                (double)(timeout_ms > GRACE_MS ? timeout_ms - GRACE_MS : 0) / 1000);
    if (!request)
        abort();
    return request;
}

bool ask_found_nobody(int code)
{
    return code == -ENOENT || code == -ECONNREFUSED;
}

bool ask_was_refused(int code)
{
    return code == -EREMOTEIO;
}

/* Length of a colour's escape sequence, "\033[1;31m"; 0 where it is another one. */
static size_t colour_length(const char *text)
{
    if (text[0] != '\033' || text[1] != '[')
        return 0;
    size_t length = 2 + strspn(text + 2, "0123456789;");
    return text[length] == 'm' ? length + 1 : 0;
}

int ask_take_text(const json_t *data, struct buf *out, struct error *e)
{
    const char *text = json_string_value(json_object_get(data, "text"));
    if (!text)
        return error_set(e, -EPROTO, "the agent's answer holds no text");
    size_t bytes;
    for (uint32_t code; (code = utf8_next(text, &bytes)) != 0; text += bytes) {
        size_t colour = colour_length(text);
        bool control = (code < ' ' && code != '\n') || (code >= 0x7f && code < 0xa0);
        if (colour)
            buf_add(out, text, bytes = colour);
        else
            utf8_put(control ? '?' : code, out);
    }
    return 0;
}

int ask_take_verdict(const json_t *data, struct error *e)
{
    const char *name = json_string_value(json_object_get(data, "verdict"));
    for (enum verdict v = VERDICT_OK; name && v <= VERDICT_UNKNOWN; v++)
        if (strcmp(name, verdict_name(v)) == 0)
            return (int)v;
    return error_set(e, -EPROTO, "the agent's answer holds no verdict");
}
