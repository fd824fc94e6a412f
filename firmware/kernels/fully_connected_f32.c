/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected.h"

/* Products are added in their order, as LiteRT adds them: several sums side by side would round differently. */
static void one_vector(const ingot_fully_connected *k, const float *in, float *out, const float *clamps)
{
    const float *at = clamps + 4;
    for (unsigned c = 0; c < k->channels; c++) {
        const float bias = *at++;
        float sum = 0.0f;
        for (unsigned i = 0; i < k->depth; i++)
            sum += in[i] * *at++;
        *out++ = ingot_clamp_f32(sum + bias, clamps[0], clamps[1]);
    }
}

INGOT_FULLY_CONNECTED(fully_connected_f32, float)
