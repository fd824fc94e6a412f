/* SPDX-License-Identifier: Apache-2.0 */
#define INGOT_CONV_RESULT int16_t
#include "conv_s16_windows.h"

void ingot_conv_s16_windows(const ingot_conv_s16 *k, const int16_t *in, int16_t *out, void *scratch, const void *params,
                            unsigned y, unsigned n)
{
    ingot_conv_windows(k, in, out, scratch, params, y, n);
}
