#include "prelu.h"

#include "vector.h"

static void run_s8(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                   unsigned n)
{
    const ingot_prelu_params *p = params;
    const int8_t *a = in0, *b = in1;
    int8_t *o = out;
#if INGOT_MVE
    for (int left = (int)n; left > 0; left -= 4, a += 4 * a_step, b += 4 * b_step, o += 4) {
        mve_pred16_t live = vctp32q((uint32_t)left);
        int32x4_t x = vaddq_n_s32(a_step ? vldrbq_z_s32(a, live) : vdupq_n_s32(*a), p->offset);
        int32x4_t alpha = vaddq_n_s32(b_step ? vldrbq_z_s32(b, live) : vdupq_n_s32(*b), p->alpha_offset);
        int32x4_t low = ingot_requantize_x4(vmulq_s32(x, alpha), p->multiplier_negative, p->shift_negative);
        int32x4_t high = ingot_requantize_x4(x, p->multiplier, p->shift);
        x = vaddq_n_s32(vpselq_s32(high, low, vcmpgeq_n_s32(x, 0)), p->zero_point);
        vstrbq_p_s32(o, vmaxq_s32(vminq_s32(x, vdupq_n_s32(INT8_MAX)), vdupq_n_s32(INT8_MIN)), live);
    }
#else
    for (; n; n--, a += a_step, b += b_step) {
        int32_t x = *a + p->offset;
        x = x >= 0 ? ingot_requantize(x, p->multiplier, p->shift)
                   : ingot_requantize(x * (*b + p->alpha_offset), p->multiplier_negative, p->shift_negative);
        *o++ = (int8_t)ingot_clamp(x + p->zero_point, INT8_MIN, INT8_MAX);
    }
#endif
}

static void run_f32(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                    unsigned n)
{
    const float *a = in0, *b = in1;
    float *o = out;
    (void)params;
    for (; n; n--, a += a_step, b += b_step)
        *o++ = *a >= 0.0f ? *a : *a * *b;
}

INGOT_BINARY_KERNEL(prelu_s8, prelu_s8_const, int8_t, int8_t, sizeof(ingot_prelu_params), run_s8)
INGOT_BINARY_KERNEL(prelu_f32, prelu_f32_const, float, float, 0, run_f32)
