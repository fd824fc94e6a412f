/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a sensor's samples, such as human activity: samples in, what they show out. */
#include "sensor_loop.h"

int main(void)
{
    return ingot_sensor_loop();
}
