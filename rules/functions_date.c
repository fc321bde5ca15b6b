/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <time.h>

#include "rules/functions.h"

/* The calendar, days of the week included, repeats every 400 years. */
static const int64_t era_seconds = INT64_C(146097) * 86400;

struct date {
    struct tm tm;
    int64_t eras; /* of 400 years, to be added */
};

/*
 * A date in UTC, however far away. What is no number of 64 bits counts as 2^63 seconds, which is
 * what it counts as upstream.
 */
static struct date date_of(double t)
{
    const int64_t farthest_eras = INT64_MAX / era_seconds;
    struct date date = {.eras = farthest_eras};
    time_t rest = INT64_MAX - farthest_eras * era_seconds + 1;
    if (t >= -0x1p63 && t < 0x1p63) {
        int64_t seconds = (int64_t)t;
        date.eras = seconds / era_seconds - (seconds % era_seconds < 0);
        rest = seconds % era_seconds + (seconds % era_seconds < 0 ? era_seconds : 0);
    }
    gmtime_r(&rest, &date.tm);
    return date;
}

double date_day_of_month(double t)
{
    return date_of(t).tm.tm_mday;
}

double date_day_of_week(double t)
{
    return date_of(t).tm.tm_wday;
}

double date_day_of_year(double t)
{
    return date_of(t).tm.tm_yday + 1;
}

double date_days_in_month(double t)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct tm tm = date_of(t).tm;
    int year = tm.tm_year + 1900;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return tm.tm_mon == 1 && leap ? 29 : days[tm.tm_mon];
}

double date_hour(double t)
{
    return date_of(t).tm.tm_hour;
}

double date_minute(double t)
{
    return date_of(t).tm.tm_min;
}

double date_month(double t)
{
    return date_of(t).tm.tm_mon + 1;
}

double date_year(double t)
{
    struct date date = date_of(t);
    return date.tm.tm_year + 1900.0 + 400 * (double)date.eras;
}
