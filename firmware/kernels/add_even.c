/* SPDX-License-Identifier: Apache-2.0 */
#include "add_even.h"

#include "requantize_even.h"

/* nearest(fma(a, scale_a, fma(b, scale_b, rest))): an operator that is swapped comes here with a and b exchanged. */
typedef struct operand {
    const int8_t *at;
    unsigned step;
    float scale;
} operand;

#if INGOT_MVE
INGOT_INLINE int32x4_t four(const ingot_add_even_params *p, int32x4_t a, float scale_a, int32x4_t b, float32x4_t scale_b)
{
    const float32x4_t sum = vfmaq_n_f32(vfmasq_n_f32(vcvtq_f32_s32(b), scale_b, p->rest), vcvtq_f32_s32(a), scale_a);
    return vmaxq_s32(vminq_s32(vcvtnq_s32_f32(sum), vdupq_n_s32(p->high)), vdupq_n_s32(p->low));
}
#endif

#if INGOT_MVE
/* Four numbers at a time, with steps of 1. GCC works out both addresses anew for each. */
static void long_run(const ingot_add_even_params *p, operand *a, operand *b, int8_t **out, unsigned fours)
{
    const float32x4_t scale_b = vdupq_n_f32(b->scale);
    const int32x4_t low = vdupq_n_s32(p->low), high = vdupq_n_s32(p->high);
    int32_t scale_a, rest;
    memcpy(&scale_a, &a->scale, sizeof scale_a);
    memcpy(&rest, &p->rest, sizeof rest);
    __asm__ volatile("wls lr, %[fours], 2f\n"
                     "1:\n"
                     "vldrb.s32 q0, [%[b]], #4\n"
                     "vcvt.f32.s32 q0, q0\n"
                     "vldrb.s32 q1, [%[a]], #4\n"
                     "vfmas.f32 q0, %q[scale_b], %[rest]\n"
                     "vcvt.f32.s32 q1, q1\n"
                     "vfma.f32 q0, q1, %[scale_a]\n"
                     "vcvtn.s32.f32 q0, q0\n"
                     "vmin.s32 q0, q0, %q[high]\n"
                     "vmax.s32 q0, q0, %q[low]\n"
                     "vstrb.32 q0, [%[out]], #4\n"
                     "le lr, 1b\n"
                     "2:\n"
                     : [a] "+l"(a->at), [b] "+l"(b->at), [out] "+l"(*out)
                     : [fours] "r"(fours), [scale_a] "r"(scale_a), [rest] "r"(rest), [scale_b] "w"(scale_b),
                       [low] "w"(low), [high] "w"(high)
                     : "q0", "q1", "lr", "memory");
}
#endif

static void sums(const ingot_add_even_params *given, operand a, operand b, int8_t *out, unsigned n)
{
    const ingot_add_even_params p = *given; /* out may not alias it */
#if INGOT_MVE
    const float32x4_t scale_b = vdupq_n_f32(b.scale);
    if (a.step && b.step) {
        long_run(&p, &a, &b, &out, n / 4);
        n %= 4;
    }
    for (int left = (int)n; left > 0; left -= 4, a.at += 4 * a.step, b.at += 4 * b.step, out += 4) {
        const mve_pred16_t live = vctp32q((uint32_t)left);
        const int32x4_t x = a.step ? vldrbq_z_s32(a.at, live) : vdupq_n_s32(*a.at);
        const int32x4_t z = b.step ? vldrbq_z_s32(b.at, live) : vdupq_n_s32(*b.at);
        vstrbq_p_s32(out, four(&p, x, a.scale, z, scale_b), live);
    }
#else
    for (; n; n--, a.at += a.step, b.at += b.step) {
        const float sum = ingot_fused(*a.at, a.scale, ingot_fused(*b.at, b.scale, p.rest));
        *out++ = (int8_t)ingot_clamp(ingot_nearest_even(sum), p.low, p.high);
    }
#endif
}

static void run(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                unsigned n)
{
    const ingot_add_even_params *p = params;
    const operand a = {in0, a_step, p->scale0}, b = {in1, b_step, p->scale1};
    p->swapped ? sums(p, b, a, out, n) : sums(p, a, b, out, n);
}

INGOT_BINARY_KERNEL(add_even_s8, add_even_s8_const, int8_t, int8_t, sizeof(ingot_add_even_params), run)
