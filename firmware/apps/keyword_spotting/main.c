/* SPDX-License-Identifier: Apache-2.0 */
/* Keyword spotting and audio events: sound in, what was heard out. */
#include "sound_loop.h"

int main(void)
{
    return ingot_sound_loop();
}
