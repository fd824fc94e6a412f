/* SPDX-License-Identifier: Apache-2.0 */
#include "mul_even.h"

#include "requantize_even.h"

static void run(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                unsigned n)
{
    const ingot_mul_even_params copy = *(const ingot_mul_even_params *)params, *p = &copy; /* out may not alias it */
    const int8_t *a = in0, *b = in1;
    int8_t *o = out;
#if INGOT_MVE
    for (int left = (int)n; left > 0; left -= 4, a += 4 * a_step, b += 4 * b_step, o += 4) {
        const mve_pred16_t live = vctp32q((uint32_t)left);
        const int32x4_t x = vaddq_n_s32(a_step ? vldrbq_z_s32(a, live) : vdupq_n_s32(*a), p->offset0);
        const int32x4_t z = vaddq_n_s32(b_step ? vldrbq_z_s32(b, live) : vdupq_n_s32(*b), p->offset1);
        const float32x4_t real = vfmaq_n_f32(vdupq_n_f32(p->zero), vcvtq_f32_s32(vmulq_s32(x, z)), p->scale);
        const int32x4_t result = vminq_s32(vcvtnq_s32_f32(real), vdupq_n_s32(p->high));
        vstrbq_p_s32(o, vmaxq_s32(result, vdupq_n_s32(p->low)), live);
    }
#else
    for (; n; n--, a += a_step, b += b_step) {
        const float product = (float)((*a + p->offset0) * (*b + p->offset1));
        *o++ = (int8_t)ingot_clamp(ingot_nearest_even(ingot_fused(product, p->scale, p->zero)), p->low, p->high);
    }
#endif
}

INGOT_BINARY_KERNEL(mul_even_s8, mul_even_s8_const, int8_t, int8_t, sizeof(ingot_mul_even_params), run)
