/* SPDX-License-Identifier: Apache-2.0 */
/* Object detection: a frame in, the boxes of what is seen out. */
#include "picture_loop.h"

int main(void)
{
    return ingot_picture_loop();
}
