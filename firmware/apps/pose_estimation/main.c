/* SPDX-License-Identifier: Apache-2.0 */
/* Pose estimation: a frame in, the positions of a person's key points out. */
#include "picture_loop.h"

int main(void)
{
    return ingot_picture_loop();
}
