/* SPDX-License-Identifier: Apache-2.0 */
#include "squared_difference.h"

#include "vector.h"

#define LEFT_SHIFT 7

static void run_s8(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                   unsigned n)
{
    const ingot_squared_difference_params copy = *(const ingot_squared_difference_params *)params, *p = &copy;
    const int8_t *a = in0, *b = in1;
    int8_t *o = out;
#if INGOT_MVE
    for (int left = (int)n; left > 0; left -= 4, a += 4 * a_step, b += 4 * b_step, o += 4) {
        mve_pred16_t live = vctp32q((uint32_t)left);
        int32x4_t x = a_step ? vldrbq_z_s32(a, live) : vdupq_n_s32(*a);
        int32x4_t z = b_step ? vldrbq_z_s32(b, live) : vdupq_n_s32(*b);
        x = vshlq_n_s32(vaddq_n_s32(x, p->offset0), LEFT_SHIFT);
        z = vshlq_n_s32(vaddq_n_s32(z, p->offset1), LEFT_SHIFT);
        x = ingot_rdbypot_x4(vqrdmulhq_n_s32(x, p->multiplier0), p->right0);
        z = ingot_rdbypot_x4(vqrdmulhq_n_s32(z, p->multiplier1), p->right1);
        x = vsubq_s32(x, z);
        x = ingot_requantize_x4(vmulq_s32(x, x), p->multiplier_out, p->shift_out);
        x = vaddq_n_s32(x, p->zero_point);
        vstrbq_p_s32(o, vmaxq_s32(vminq_s32(x, vdupq_n_s32(INT8_MAX)), vdupq_n_s32(INT8_MIN)), live);
    }
#else
    for (; n; n--, a += a_step, b += b_step) {
        int32_t x = (*a + p->offset0) * (1 << LEFT_SHIFT), z = (*b + p->offset1) * (1 << LEFT_SHIFT);
        x = ingot_rdbypot(ingot_srdhm(x, p->multiplier0), p->right0);
        z = ingot_rdbypot(ingot_srdhm(z, p->multiplier1), p->right1);
        x = ingot_requantize((x - z) * (x - z), p->multiplier_out, p->shift_out) + p->zero_point;
        *o++ = (int8_t)ingot_clamp(x, INT8_MIN, INT8_MAX);
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
        *o++ = (*a - *b) * (*a - *b);
}

static void run_s32(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                    unsigned n)
{
    const uint32_t *a = in0, *b = in1;
    uint32_t *o = out;
    (void)params;
    for (; n; n--, a += a_step, b += b_step)
        *o++ = (*a - *b) * (*a - *b);
}

INGOT_BINARY_KERNEL(squared_difference_s8, squared_difference_s8_const, int8_t, int8_t,
                    sizeof(ingot_squared_difference_params), run_s8)
INGOT_BINARY_KERNEL(squared_difference_f32, squared_difference_f32_const, float, float, 0, run_f32)
INGOT_BINARY_KERNEL(squared_difference_s32, squared_difference_s32_const, int32_t, int32_t, 0, run_s32)
