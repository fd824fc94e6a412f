/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of int16 images with the arithmetic of QDQ models, with results of int8. */
#define INGOT_EVEN
#define INGOT_CONV_RESULT int8_t
#include "conv_s16_windows.h"

void ingot_conv_even_s16_s8_windows(const ingot_conv_s16 *k, const int16_t *in, int8_t *out, void *scratch,
                                    const void *params, unsigned y, unsigned n)
{
    ingot_conv_windows(k, in, out, scratch, params, y, n);
}
