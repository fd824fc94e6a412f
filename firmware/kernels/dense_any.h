/* SPDX-License-Identifier: Apache-2.0 */
/* dense.h as a function, for kernels that have a quicker form of most of it. */
#ifndef INGOT_DENSE_ANY_H
#define INGOT_DENSE_ANY_H

#include "dense.h"

/* `count` pixels, in_step and out_step bytes apart. Reads up to 15 bytes past each pixel. */
void ingot_dense_s8(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                    unsigned count);

#endif
