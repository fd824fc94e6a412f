/* SPDX-License-Identifier: Apache-2.0 */
/* No microphone: a project for a board with one puts its own file in place of this one. */
#include "sounds.h"

#include "ingot_runtime.h"

bool sounds_open(uint32_t rate)
{
    (void)rate;
    ingot_print("this board has no source of sound: define sounds_open and sounds_next (sounds.h)\n");
    return false;
}

bool sounds_next(int16_t *to, uint32_t count)
{
    (void)to;
    (void)count;
    return false;
}
