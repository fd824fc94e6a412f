/* SPDX-License-Identifier: Apache-2.0 */
#include "add_even.h"

#include "requantize_even.h"

#if INGOT_MVE
INGOT_INLINE int32x4_t four(const ingot_add_even_params *p, float32x4_t a, float32x4_t b)
{
    const float32x4_t rest = vdupq_n_f32(p->rest);
    const float32x4_t sum = p->swapped ? vfmaq_n_f32(vfmaq_n_f32(rest, a, p->scale0), b, p->scale1)
                                       : vfmaq_n_f32(vfmaq_n_f32(rest, b, p->scale1), a, p->scale0);
    return vmaxq_s32(vminq_s32(vcvtnq_s32_f32(sum), vdupq_n_s32(p->high)), vdupq_n_s32(p->low));
}
#else
INGOT_INLINE int32_t one(const ingot_add_even_params *p, float a, float b)
{
    const float sum = p->swapped ? ingot_fused(b, p->scale1, ingot_fused(a, p->scale0, p->rest))
                                 : ingot_fused(a, p->scale0, ingot_fused(b, p->scale1, p->rest));
    return ingot_clamp(ingot_nearest_even(sum), p->low, p->high);
}
#endif

static void run(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                unsigned n)
{
    const ingot_add_even_params copy = *(const ingot_add_even_params *)params, *p = &copy; /* out may not alias it */
    const int8_t *a = in0, *b = in1;
    int8_t *o = out;
#if INGOT_MVE
    for (int left = (int)n; left > 0; left -= 4, a += 4 * a_step, b += 4 * b_step, o += 4) {
        const mve_pred16_t live = vctp32q((uint32_t)left);
        const int32x4_t x = a_step ? vldrbq_z_s32(a, live) : vdupq_n_s32(*a);
        const int32x4_t z = b_step ? vldrbq_z_s32(b, live) : vdupq_n_s32(*b);
        vstrbq_p_s32(o, four(p, vcvtq_f32_s32(x), vcvtq_f32_s32(z)), live);
    }
#else
    for (; n; n--, a += a_step, b += b_step)
        *o++ = (int8_t)one(p, *a, *b);
#endif
}

INGOT_BINARY_KERNEL(add_even_s8, add_even_s8_const, int8_t, int8_t, sizeof(ingot_add_even_params), run)
