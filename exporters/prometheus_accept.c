/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/prometheus_accept.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { MAX_PARAMETERS = 8, MAX_QUALITY = 1000 };

struct span {
    const char *at;
    size_t length;
};

struct parameter {
    struct span name, value;
};

/* One element of the list: "text/plain;version=0.0.4;q=0.5". */
struct element {
    struct span value;
    struct parameter parameters[MAX_PARAMETERS]; /* without q */
    size_t parameter_count;
    int quality; /* in thousandths */
};

static bool is(struct span span, const char *text)
{
    return span.length == strlen(text) && strncasecmp(span.at, text, span.length) == 0;
}

static void skip_blanks(const char **at)
{
    while (**at == ' ' || **at == '\t')
        (*at)++;
}

/* Up to one of ",;=" or a blank; in quotes everything up to the next one. */
static struct span take_token(const char **at)
{
    struct span token;
    skip_blanks(at);
    if (**at == '"') {
        token.at = ++*at;
        token.length = strcspn(*at, "\"");
        *at += token.length + (token.at[token.length] == '"');
    } else {
        token.at = *at;
        token.length = strcspn(*at, ",;= \t");
        *at += token.length;
    }
    skip_blanks(at);
    return token;
}

/* qvalue: 0 or 1 with up to three decimals; what is none counts as 0. */
static int read_quality(struct span text)
{
    int quality = 0, unit = MAX_QUALITY;
    for (size_t i = 0; i < text.length; i++) {
        if (i == 1 && text.at[i] == '.')
            continue;
        if (text.at[i] < '0' || text.at[i] > '9' || (i == 1 && text.at[i] != '.') || unit == 0)
            return 0;
        quality += (text.at[i] - '0') * unit;
        unit /= 10;
    }
    return quality <= MAX_QUALITY ? quality : 0;
}

static void take_parameter(const char **at, struct element *element)
{
    struct parameter parameter = {.name = take_token(at)};
    if (**at == '=') {
        (*at)++;
        parameter.value = take_token(at);
    }
    if (is(parameter.name, "q"))
        element->quality = read_quality(parameter.value);
    else if (parameter.name.length && element->parameter_count < MAX_PARAMETERS)
        element->parameters[element->parameter_count++] = parameter;
}

/* Takes the next element off the list; false at its end. */
static bool take_element(const char **at, struct element *element)
{
    while (**at == ',' || **at == ' ' || **at == '\t')
        (*at)++;
    if (!**at)
        return false;
    *element = (struct element){.quality = MAX_QUALITY};
    element->value = take_token(at);
    while (**at && **at != ',') {
        if (**at == ';')
            (*at)++;
        else
            (*at) += strcspn(*at, ",;"); /* not the grammar: what it is does not matter */
        if (**at && **at != ',')
            take_parameter(at, element);
    }
    return true;
}

static const struct offer {
    const char *type, *range, *content_type;
    struct {
        const char *name, *values[2]; /* such a parameter has one of these values */
        bool needed;
    } parameters[2];
} offers[PROMETHEUS_FORMATS] = {
    [PROMETHEUS_TEXT] = {"text/plain",
                         "text/*",
                         "text/plain; version=0.0.4; charset=utf-8",
                         {{"version", {"0.0.4"}, false}}},
    [PROMETHEUS_OPENMETRICS] = {"application/openmetrics-text",
                                "application/*",
                                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                                {{"version", {"1.0.0", "0.0.1"}, false}}},
    [PROMETHEUS_PROTOBUF] = {"application/vnd.google.protobuf",
                             "application/*",
                             "application/vnd.google.protobuf; "
                             "proto=io.prometheus.client.MetricFamily; encoding=delimited",
                             {{"proto", {"io.prometheus.client.MetricFamily"}, true},
                              {"encoding", {"delimited"}, true}}},
};

const char *prometheus_content_type(enum prometheus_format format)
{
    return offers[format].content_type;
}

static bool parameters_fit(const struct element *element, const struct offer *offer)
{
    for (size_t i = 0; i < 2 && offer->parameters[i].name; i++) {
        bool fits = !offer->parameters[i].needed;
        for (size_t k = 0; k < element->parameter_count; k++) {
            const struct parameter *parameter = &element->parameters[k];
            if (!is(parameter->name, offer->parameters[i].name))
                continue;
            fits = is(parameter->value, offer->parameters[i].values[0]) ||
                   (offer->parameters[i].values[1] &&
                    is(parameter->value, offer->parameters[i].values[1]));
        }
        if (!fits)
            return false;
    }
    return true;
}

/* How exactly the element names what is offered: 0 not at all, the more the better. */
static int exactness(const struct element *element, const struct offer *offer)
{
    if (is(element->value, offer->type))
        return parameters_fit(element, offer) ? 3 : 0;
    return is(element->value, offer->range) ? 2 : is(element->value, "*/*") ? 1 : 0;
}

/* What the most exact element says of an offer: its quality, and its place in the list. */
struct rating {
    int quality, exactness;
    size_t place;
};

static void rate(const char *accept, const struct offer *offer, struct rating *rating)
{
    struct element element;
    *rating = (struct rating){0};
    for (size_t place = 0; take_element(&accept, &element); place++) {
        int exact = exactness(&element, offer);
        if (exact > rating->exactness ||
            (exact && exact == rating->exactness && element.quality > rating->quality))
            *rating = (struct rating){element.quality, exact, place};
    }
}

enum prometheus_format prometheus_accepted(const char *accept)
{
    enum prometheus_format best = PROMETHEUS_TEXT;
    struct rating best_rating, rating;

    if (!accept)
        return best;
    rate(accept, &offers[best], &best_rating);
    for (enum prometheus_format format = best + 1; format < PROMETHEUS_FORMATS; format++) {
        rate(accept, &offers[format], &rating);
        if (rating.quality > best_rating.quality ||
            (rating.quality && rating.quality == best_rating.quality &&
             rating.place < best_rating.place)) {
            best = format;
            best_rating = rating;
        }
    }
    return best;
}

bool prometheus_accepts_gzip(const char *accept_encoding)
{
    struct element element;
    int gzip = -1, identity = -1, any = -1;

    while (accept_encoding && take_element(&accept_encoding, &element)) {
        if (is(element.value, "gzip") || is(element.value, "x-gzip"))
            gzip = element.quality > gzip ? element.quality : gzip;
        else if (is(element.value, "identity"))
            identity = element.quality;
        else if (is(element.value, "*"))
            any = element.quality;
    }
    if (gzip < 0)
        gzip = any;
    return gzip > 0 && gzip >= identity;
}
