/* SPDX-License-Identifier: Apache-2.0 */
/* No camera: a project for a board with one puts its own file in place of this one. */
#include "frames.h"

#include "ingot_runtime.h"

bool frames_open(unsigned width, unsigned height, unsigned channels)
{
    (void)width;
    (void)height;
    (void)channels;
    ingot_print("this board has no frame source: define frames_open and frames_next (frames.h)\n");
    return false;
}

bool frames_next(void *to, uint32_t size)
{
    (void)to;
    (void)size;
    return false;
}
