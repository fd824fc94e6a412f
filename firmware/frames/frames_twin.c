/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from a file of the host, one behind the other; its name is the last word of the command line. */
#include "frames.h"

#include <string.h>

#include "ingot_runtime.h"
#include "semihosting.h"

static semihosting_file file = -1;

bool frames_open(unsigned width, unsigned height, unsigned channels)
{
    static char line[256];
    (void)width;
    (void)height;
    (void)channels;
    const char *space = semihosting_command_line(line, sizeof line) ? strrchr(line, ' ') : NULL;
    if (space)
        file = semihosting_open(space + 1, false);
    if (file < 0)
        ingot_print("cannot read the file of frames\n");
    return file >= 0;
}

bool frames_next(void *to, uint32_t size)
{
    return semihosting_read(file, to, size) == size;
}
