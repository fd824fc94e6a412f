/* SPDX-License-Identifier: Apache-2.0 */
/* The file of the host that stands for a camera, a microphone or a sensor: the last word of the twin's command line. */
#ifndef INGOT_TWIN_FILE_H
#define INGOT_TWIN_FILE_H

#include <string.h>

#include "ingot_runtime.h"
#include "semihosting.h"

/* -1 and a message, which names `what` is in it, where there is none. */
static inline semihosting_file ingot_twin_file(const char *what)
{
    static char line[256];
    semihosting_file file = -1;
    const char *space = semihosting_command_line(line, sizeof line) ? strrchr(line, ' ') : NULL;
    if (space)
        file = semihosting_open(space + 1, false);
    if (file < 0) {
        ingot_print("cannot read the file of ");
        ingot_print(what);
        ingot_print("\n");
    }
    return file;
}

#endif
