/* SPDX-License-Identifier: Apache-2.0 */
/* No sensor: a project for a board with one puts its own file in place of this one. */
#include "sensors.h"

#include "ingot_runtime.h"

bool sensors_open(uint32_t axes)
{
    (void)axes;
    ingot_print("this board has no sensor: define sensors_open and sensors_next (sensors.h)\n");
    return false;
}

bool sensors_next(float *numbers, uint32_t axes)
{
    (void)numbers;
    (void)axes;
    return false;
}
