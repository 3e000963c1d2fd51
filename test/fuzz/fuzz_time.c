/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_time.c: RFC 3339 times and bare dates.
 * Properties: a time that was read is one that time_text() can print, prints back to the second,
 * and is what the C library makes of the same digits. */
#include <time.h>

#include "fuzz.h"

/* The digits at a place, by hand. */
static int number(str s, size_t at, size_t digits)
{
    int value = 0;
    for (size_t i = at; i < at + digits; i++)
        value = value * 10 + (s.at[i] - '0');
    return value;
}

/* Where there is no offset, timegm() is the second opinion. */
static void check_by_library(str s, int64_t time_us)
{
    struct tm tm = {.tm_year = number(s, 0, 4) - 1900,
                    .tm_mon = number(s, 5, 2) - 1,
                    .tm_mday = number(s, 8, 2)};
    if (s.bytes > 10) {
        if ((s.at[s.bytes - 1] | 0x20) != 'z')
            return;
        tm.tm_hour = number(s, 11, 2);
        tm.tm_min = number(s, 14, 2);
        tm.tm_sec = number(s, 17, 2);
    }
    MUST(timegm(&tm) == time_us / US_PER_S);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str s = fuzz_text(data, size);
    int64_t time_us = -1, again_us;
    if (!time_read(s, &time_us)) {
        MUST(time_us == -1);
        return 0;
    }
    char text[TIME_TEXT_BYTES];
    time_text(time_us, text);
    MUST(0 <= time_us && strlen(text) == TIME_TEXT_BYTES - 1);
    MUST(time_read(str_of(text), &again_us));
    MUST(again_us == time_us - time_us % US_PER_S);
    check_by_library(s, time_us);
    const int64_t end_us = time_end_of_day_jst(time_us, 0);
    MUST(end_us >= time_us && end_us - time_us < US_PER_DAY);
    return 0;
}
