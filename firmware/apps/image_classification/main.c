/* SPDX-License-Identifier: Apache-2.0 */
/* Image classification: a frame in, the most likely classes out. */
#include "picture_loop.h"

int main(void)
{
    return ingot_picture_loop();
}
