/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from a file of the host, one behind the other. */
#include "frames.h"

#include "twin_file.h"

static semihosting_file file = -1;

bool frames_open(unsigned width, unsigned height, unsigned channels)
{
    (void)width;
    (void)height;
    (void)channels;
    file = ingot_twin_file("frames");
    return file >= 0;
}

bool frames_next(void *to, uint32_t size)
{
    return semihosting_read(file, to, size) == size;
}
