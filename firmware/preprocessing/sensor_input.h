/* SPDX-License-Identifier: Apache-2.0 */
/* From a window of a sensor's samples to a network's input, by the one definition of preprocessing that Ingot keeps: it
 * stands in app_config.h as INGOT_SENSOR_INPUT. */
#ifndef INGOT_SENSOR_INPUT_H
#define INGOT_SENSOR_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "ll_aton_NN_interface.h"

/* samples: of a window, the oldest first. axes: numbers of a sample, in the sensor's units. The number in the input is
 * (number - mean) / std. */
typedef struct {
    uint16_t samples, axes;
    float mean, std;
} ingot_sensor_definition;

/* Fills the input from samples x axes numbers. False when it has another size or type. */
bool ingot_sensor_fill(const ingot_sensor_definition *definition, const LL_Buffer_InfoTypeDef *input,
                       const float *window);

#endif
