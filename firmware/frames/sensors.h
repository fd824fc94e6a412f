/* SPDX-License-Identifier: Apache-2.0 */
/* Where a sensor's samples come from. A board defines these functions with its sensor; sensors_twin.c does for the twin;
 * sensors_board.c stands in where there is none. */
#ifndef INGOT_SENSORS_H
#define INGOT_SENSORS_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the source of samples of so many numbers, at the rate that app_config.h states (CTRL_X_CUBE_AI_SENSOR_ODR). */
bool sensors_open(uint32_t axes);

/* Waits for a sample and writes its numbers, in the sensor's units. False when there will be no more. */
bool sensors_next(float *numbers, uint32_t axes);

#endif
