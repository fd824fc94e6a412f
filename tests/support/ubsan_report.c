/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the first report of the undefined-behaviour sanitizer's runtime, in place of a process that ends. */
#include <stdio.h>

void __ubsan_get_current_report_data(const char **kind, const char **message, const char **file, unsigned *line,
                                     unsigned *column, char **address);

static char first[1024];

/* The runtime calls this for every report. */
void __ubsan_on_report(void)
{
    const char *kind, *message, *file;
    unsigned line, column;
    char *address;
    __ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
    if (!first[0])
        snprintf(first, sizeof first, "%s:%u:%u: %s", file, line, column, message);
}

/* The first report since the last call, or "". */
const char *ingot_sanitizer_report(void)
{
    static char taken[sizeof first];
    snprintf(taken, sizeof taken, "%s", first);
    first[0] = 0;
    return taken;
}
