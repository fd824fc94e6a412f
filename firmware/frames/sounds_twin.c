/* SPDX-License-Identifier: Apache-2.0 */
/* Sound from a file of the host: int16 samples. */
#include "sounds.h"

#include "twin_file.h"

static semihosting_file file = -1;

bool sounds_open(uint32_t rate)
{
    (void)rate;
    file = ingot_twin_file("samples");
    return file >= 0;
}

bool sounds_next(int16_t *to, uint32_t count)
{
    return semihosting_read(file, to, count * sizeof *to) == count * sizeof *to;
}
