/* SPDX-License-Identifier: Apache-2.0 */
/* Sound from a file of the host, int16 samples; its name is the last word of the command line. */
#include "sounds.h"

#include <string.h>

#include "ingot_runtime.h"
#include "semihosting.h"

static semihosting_file file = -1;

bool sounds_open(uint32_t rate)
{
    static char line[256];
    (void)rate;
    const char *space = semihosting_command_line(line, sizeof line) ? strrchr(line, ' ') : NULL;
    if (space)
        file = semihosting_open(space + 1, false);
    if (file < 0)
        ingot_print("cannot read the file of samples\n");
    return file >= 0;
}

bool sounds_next(int16_t *to, uint32_t count)
{
    return semihosting_read(file, to, count * sizeof *to) == count * sizeof *to;
}
