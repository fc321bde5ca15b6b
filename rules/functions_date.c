/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <time.h>

#include "rules/functions.h"

/* A value that is no date a struct tm can hold counts as 1970. */
static struct tm date_of(double t)
{
    struct tm date = {0};
    time_t seconds = isfinite(t) && fabs(t) < 0x1p55 ? (time_t)t : 0;
    gmtime_r(&seconds, &date);
    return date;
}

double date_day_of_month(double t)
{
    return date_of(t).tm_mday;
}

double date_day_of_week(double t)
{
    return date_of(t).tm_wday;
}

double date_day_of_year(double t)
{
    return date_of(t).tm_yday + 1;
}

double date_days_in_month(double t)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct tm date = date_of(t);
    int year = date.tm_year + 1900;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return date.tm_mon == 1 && leap ? 29 : days[date.tm_mon];
}

double date_hour(double t)
{
    return date_of(t).tm_hour;
}

double date_minute(double t)
{
    return date_of(t).tm_min;
}

double date_month(double t)
{
    return date_of(t).tm_mon + 1;
}

double date_year(double t)
{
    return date_of(t).tm_year + 1900.0;
}
