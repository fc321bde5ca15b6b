/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SCREEN_H
#define AGENT_SCREEN_H

#include <stddef.h>
#include <termios.h>

#include "core/buf.h"
#include "core/error.h"

/* A text on the whole terminal that is drawn again and again, as top(1) does it. */
struct screen {
    struct termios before;
    size_t rows;
    size_t top; /* the first line shown */
};

/*
 * Takes the terminal at standard input and output: the other page, keys one by one, signals that
 * end it or change its size come out of screen_wait(). -ENOTTY where there is none.
 */
int screen_open(struct screen *screen, struct error *e);
void screen_close(struct screen *screen);

/* The bytes that show the text from screen->top on, with a last line that is the program's own. */
void screen_render(struct screen *screen, const char *text, struct buf *out);

/* Draws them. */
int screen_draw(struct screen *screen, const char *text, struct error *e);

/* Waits so long, or for less where there is something to do. */
enum screen_event { SCREEN_TIME, SCREEN_CHANGED, SCREEN_END };
enum screen_event screen_wait(struct screen *screen, int timeout_ms);

#endif
