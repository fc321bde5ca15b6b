/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * usage: scrape PORT SCRAPERS SCRAPES PAUSE_MS
 * SCRAPERS connections to 127.0.0.1:PORT ask for /metrics as Prometheus does, compressed, SCRAPES
 * times each in all, each PAUSE_MS after its last answer. Prints scrapes, bytes of the last answer,
 * and of the times that answers took the median, the 99th percentile and the most, in microseconds.
 */
enum { MAX_SCRAPERS = 1000, MAX_ANSWER = 16 << 20 };

static const char request[] =
    "GET /metrics HTTP/1.1\r\nHost: bench\r\nAccept: text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n"
    "Accept-Encoding: gzip\r\nUser-Agent: bench\r\n\r\n";

struct scraper {
    int fd;
    long begun_us, next_us;
    char head[4096];
    size_t head_length, body_left, body;
    int asking;
};

static struct scraper scrapers[MAX_SCRAPERS];
static long *times;
static size_t time_count;

static long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static int connect_to(unsigned short port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        err(1, "connect");
    return fd;
}

static void ask(struct scraper *s)
{
    s->begun_us = now_us();
    s->head_length = s->body_left = s->body = 0;
    s->asking = 1;
    if (write(s->fd, request, sizeof request - 1) != sizeof request - 1)
        err(1, "write");
}

static void answered(struct scraper *s, long pause_us)
{
    long now = now_us();
    times[time_count++] = now - s->begun_us;
    s->asking = 0;
    s->next_us = now + pause_us;
}

/* Returns once the answer is whole. */
static int take(struct scraper *s)
{
    static char chunk[65536];
    ssize_t n = read(s->fd, chunk, sizeof chunk);
    if (n <= 0)
        errx(1, "the server closed the connection");
    if (!s->body) {
        size_t room = sizeof s->head - 1 - s->head_length;
        size_t taken = (size_t)n < room ? (size_t)n : room;
        memcpy(s->head + s->head_length, chunk, taken);
        s->head[s->head_length += taken] = '\0';
        char *end = strstr(s->head, "\r\n\r\n"), *length;
        if (!end)
            return 0;
        if (!strstr(s->head, " 200 "))
            errx(1, "%.60s", s->head);
        *end = '\0';
        length = strcasestr(s->head, "\r\ncontent-length:");
        if (!length) /* chunked: whole when the last one has come */
            errx(1, "no length: ask for less");
        s->body = s->body_left = (size_t)atol(length + 17);
        s->body_left -= s->head_length - (size_t)(end + 4 - s->head) + ((size_t)n - taken);
    } else {
        s->body_left -= (size_t)n;
    }
    return s->body_left == 0;
}

static int by_time(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        errx(2, "usage: scrape PORT SCRAPERS SCRAPES PAUSE_MS");
    size_t count = (size_t)atoi(argv[2]), wanted = (size_t)atoi(argv[3]) * count, asked = 0;
    long pause_us = atol(argv[4]) * 1000;
    struct pollfd polls[MAX_SCRAPERS];
    times = calloc(wanted + 1, sizeof *times);
    for (size_t i = 0; i < count; i++) {
        scrapers[i].fd = connect_to((unsigned short)atoi(argv[1]));
        scrapers[i].next_us = now_us() + (pause_us * (long)i) / (long)count;
        polls[i] = (struct pollfd){scrapers[i].fd, POLLIN, 0};
    }
    while (time_count < wanted) {
        long now = now_us(), wait_us = 1000000;
        for (size_t i = 0; i < count; i++) {
            if (!scrapers[i].asking && asked < wanted && scrapers[i].next_us <= now) {
                ask(&scrapers[i]);
                asked++;
            }
            if (!scrapers[i].asking && asked < wanted && scrapers[i].next_us - now < wait_us)
                wait_us = scrapers[i].next_us - now;
        }
        poll(polls, count, (int)(wait_us / 1000));
        for (size_t i = 0; i < count; i++)
            if (polls[i].revents && take(&scrapers[i]))
                answered(&scrapers[i], pause_us);
    }
    qsort(times, time_count, sizeof *times, by_time);
    printf("%zu %zu %ld %ld %ld\n", time_count, scrapers[0].body, times[time_count / 2],
           times[time_count * 99 / 100], times[time_count - 1]);
    return 0;
}
