/* SPDX-License-Identifier: Apache-2.0 */
/* The applications whose input is a window of a sensor's samples: it slides, and what the network says about each. */
#ifndef INGOT_SENSOR_LOOP_H
#define INGOT_SENSOR_LOOP_H

/* Prints "sample <number of the first>: <answers in words>" for each window of sensors.h, INGOT_SENSOR_STRIDE samples apart,
 * by default half of a window. Returns the firmware's status, when there are no more samples. */
int ingot_sensor_loop(void);

#endif
