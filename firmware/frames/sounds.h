/* SPDX-License-Identifier: Apache-2.0 */
/* Where sound comes from. A board defines these functions with its microphone; sounds_twin.c does for the twin;
 * sounds_board.c stands in where there is none. */
#ifndef INGOT_SOUNDS_H
#define INGOT_SOUNDS_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the source at so many samples a second, one channel. */
bool sounds_open(uint32_t rate);

/* Waits for `count` samples and writes them. False when there will be no more. */
bool sounds_next(int16_t *to, uint32_t count);

#endif
