/* SPDX-License-Identifier: Apache-2.0 */
/* Where frames come from. A board defines these functions with its camera; frames_twin.c does for the twin;
 * frames_board.c stands in where there is none. */
#ifndef INGOT_FRAMES_H
#define INGOT_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the source of frames of width x height pixels with `channels` bytes each, in the order of colors that
 * app_config.h states (COLOR_MODE). A camera with another size or order scales with ingot_image_resize(). */
bool frames_open(unsigned width, unsigned height, unsigned channels);

/* Waits for a frame and writes its size bytes, rows from the top. False when there will be no more. */
bool frames_next(void *to, uint32_t size);

#endif
