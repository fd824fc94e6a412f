/* SPDX-License-Identifier: Apache-2.0 */
/* The applications whose input is a picture: frame after frame, what the network says about it. */
#ifndef INGOT_PICTURE_LOOP_H
#define INGOT_PICTURE_LOOP_H

/* Prints "frame <number>" and the answers in words for every frame of frames.h. Returns the firmware's status, when there
 * are no more frames. Sizes, preprocessing, names and thresholds are in app_config.h. */
int ingot_picture_loop(void);

#endif
