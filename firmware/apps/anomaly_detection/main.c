/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a sensor's samples through an autoencoder: whether each is normal. */
#include "sensor_loop.h"

int main(void)
{
    return ingot_sensor_loop();
}
