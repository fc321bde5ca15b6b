/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/command.h"

enum { ROWS_UNKNOWN = 24 };

/* What came of signals: a handler has no other way to tell. */
static volatile sig_atomic_t ended, resized;

static void on_end(int number)
{
    (void)number;
    ended = 1;
}

static void on_size(int number)
{
    (void)number;
    resized = 1;
}

static void find_size(struct screen *screen)
{
    struct winsize size;
    screen->rows =
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row ? size.ws_row : ROWS_UNKNOWN;
}

int screen_open(struct screen *screen, struct error *e)
{
    static const char enter[] = "\033[?1049h\033[?25l\033[?7l";
    *screen = (struct screen){0};
    if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &screen->before) < 0)
        return error_set(e, -ENOTTY, "needs a terminal");

    struct termios keys = screen->before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VSUSP] = _POSIX_VDISABLE;
    keys.c_cc[VMIN] = 0;
    keys.c_cc[VTIME] = 0;
    /* poll(2) is to come back from them. */
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_end}, NULL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_end}, NULL);
    sigaction(SIGHUP, &(struct sigaction){.sa_handler = on_end}, NULL);
    sigaction(SIGWINCH, &(struct sigaction){.sa_handler = on_size}, NULL);
    tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    find_size(screen);
    return command_output(enter, sizeof enter - 1, e);
}

void screen_close(struct screen *screen)
{
    static const char leave[] = "\033[?7h\033[?25h\033[?1049l";
    command_output(leave, sizeof leave - 1, &(struct error){0});
    tcsetattr(STDIN_FILENO, TCSANOW, &screen->before);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

void screen_render(struct screen *screen, const char *text, struct buf *out)
{
    size_t lines = count_lines(text), room = screen->rows > 1 ? screen->rows - 1 : 1;
    size_t most = lines > room ? lines - room : 0;
    screen->top = screen->top > most ? most : screen->top;
    for (size_t i = 0; i < screen->top; i++)
        text = strchr(text, '\n') + 1;
    buf_puts(out, "\033[H");
    for (size_t i = 0; i < room && *text; i++) {
        size_t length = strcspn(text, "\n");
        buf_add(out, text, length);
        buf_puts(out, "\033[K\n");
        text += length + (text[length] == '\n');
    }
    buf_puts(out, "\033[J");
    if (most)
        buf_printf(out, " lines %zu to %zu of %zu; up, down, q ends", screen->top + 1,
                   screen->top + room, lines);
    else
        buf_puts(out, " q ends");
}

int screen_draw(struct screen *screen, const char *text, struct error *e)
{
    struct buf out = {0};
    screen_render(screen, text, &out);
    int code = command_output(out.data, out.length, e);
    buf_free(&out);
    return code;
}

static void scroll(struct screen *screen, char key)
{
    size_t page = screen->rows > 2 ? screen->rows - 2 : 1, step = strchr(" b56", key) ? page : 1;
    if (strchr("jB 6", key))
        screen->top += step;
    else if (strchr("kAb5", key))
        screen->top -= screen->top > step ? step : screen->top;
}

/* Arrow keys come as ESC [ A and ESC [ B, pages as ESC [ 5 ~ and ESC [ 6 ~. */
static enum screen_event take_keys(struct screen *screen)
{
    char keys[64];
    ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
    if (n <= 0)
        return SCREEN_END; /* the terminal is gone */
    for (ssize_t i = 0; i < n; i++) {
        if (keys[i] == 'q' || keys[i] == 'Q')
            return SCREEN_END;
        bool sequence = keys[i] == '\033' && i + 2 < n && keys[i + 1] == '[';
        i += sequence ? 2 : 0;
        if (strchr(sequence ? "AB56" : "jk b", keys[i]))
            scroll(screen, keys[i]);
    }
    return SCREEN_CHANGED;
}

enum screen_event screen_wait(struct screen *screen, int timeout_ms)
{
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = ended || resized ? 0 : poll(&keys, 1, timeout_ms);

    if (ended)
        return SCREEN_END;
    if (resized) {
        resized = 0;
        find_size(screen);
        return SCREEN_CHANGED;
    }
    return ready > 0 ? take_keys(screen) : SCREEN_TIME;
}
