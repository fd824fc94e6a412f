#include "svdf.h"

#include "dot.h"

void ingot_svdf_s8(const ingot_svdf *k, const int8_t *in0, int16_t *in1, int8_t *out, const void *params, unsigned y,
                   unsigned n)
{
    const ingot_svdf_params *p = params;
    const uint32_t filters = k->units * k->rank;
    const int32_t *bias = (const int32_t *)(p + 1), *feature_bias = bias + k->units;
    const int16_t *time_weights = (const int16_t *)(feature_bias + filters);
    const int8_t *feature_weights = (const int8_t *)(time_weights + ((filters * k->memory + 1) & ~1u));
    int16_t *state = in1;
    (void)y;
    if (!n)
        return;
    for (uint32_t b = 0; b < k->batches; b++, in0 += k->inputs) {
        uint32_t filter = 0;
        for (uint32_t unit = 0; unit < k->units; unit++) {
            int32_t sum = bias[unit];
            for (uint32_t r = 0; r < k->rank; r++, filter++, state += k->memory) {
                int32_t x = ingot_dot_s8(feature_bias[filter], feature_weights + filter * k->inputs, in0, k->inputs);
                x = ingot_requantize(x, p->feature_multiplier, p->feature_shift);
                memmove(state, state + 1, (k->memory - 1) * sizeof *state);
                state[k->memory - 1] = (int16_t)ingot_clamp(x, INT16_MIN, INT16_MAX);
                sum += ingot_dot_s16(time_weights + filter * k->memory, state, k->memory);
            }
            sum = ingot_requantize(sum, p->multiplier, p->shift) + p->zero_point;
            *out++ = (int8_t)ingot_clamp(sum, INT8_MIN, INT8_MAX);
        }
    }
}
