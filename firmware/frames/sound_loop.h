/* SPDX-License-Identifier: Apache-2.0 */
/* The applications whose input is a sound: a window that slides over it, and what the network says about each. */
#ifndef INGOT_SOUND_LOOP_H
#define INGOT_SOUND_LOOP_H

/* Prints "<time> s: <answers in words>" for each window of sounds.h. The first is there when its columns are full, the
 * next follow INGOT_SOUND_STRIDE columns apart, by default half of a window. Returns the firmware's status, when there is
 * no more sound. Preprocessing and names are in app_config.h. */
int ingot_sound_loop(void);

#endif
