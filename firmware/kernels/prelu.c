/* SPDX-License-Identifier: Apache-2.0 */
#include "prelu.h"

#include "requantize_dsp.h"
#include "vector.h"

#if INGOT_MVE

/* Sixteen at a time, without steps of 0: how many of n are done. For multipliers below 1/2 where x < 0, so that what is
 * narrowed to 16 bits fits, and from 1/2 to 128 where it is not.
 *
 * Both are one product: x times alpha, or times 2^shift. Its multiplier and shift come from x's sign, a number that is -1
 * or 0. GCC spills such a loop, and the order is one in which a Cortex-M55 waits little. */
static unsigned sixteens(const ingot_prelu_params *p, const int8_t *a, const int8_t *b, int8_t *out, unsigned n)
{
    if (p->shift_negative >= 0 || p->shift < 0 || p->shift > 7)
        return 0;
    register unsigned blocks __asm__("lr") = n / 16; /* no other register is left for it where checks are compiled in */
    const int32x4_t between = vdupq_n_s32((int32_t)((uint32_t)p->multiplier - (uint32_t)p->multiplier_negative));
    __asm__ volatile("wls lr, %[blocks], 2f\n"
                     "1:\n"
                     "vldrb.s16 q0, [%[a]], #8\n"
                     "vadd.i16 q0, q0, %[offset]\n"
                     "vldrb.s16 q1, [%[b]], #8\n"
                     "vshr.s32 q2, q0, #31\n"
                     "vmul.i32 q3, q2, %[right]\n"
                     "vadd.i16 q1, q1, %[alpha]\n"
                     "vpt.s16 ge, q0, zr\n"
                     "vdupt.16 q1, %[left]\n"
                     "vmullb.s16 q4, q0, q1\n"
                     "vshl.i32 q5, q0, #16\n"
                     "vshr.s32 q5, q5, #31\n"
                     "vmullt.s16 q1, q0, q1\n"
                     "vldrb.s16 q0, [%[a]], #8\n"
                     "vmul.i32 q6, q5, %[right]\n"
                     "vadd.i16 q0, q0, %[offset]\n"
                     "vmlas.s32 q2, %q[between], %[high]\n"
                     "vqrdmulh.s32 q1, q1, q2\n"
                     "vshr.s32 q2, q1, #31\n"
                     "vmlas.s32 q5, %q[between], %[high]\n"
                     "vqrdmulh.s32 q4, q4, q5\n"
                     "vshl.i32 q5, q0, #16\n"
                     "vmla.s32 q1, q2, %[one]\n"
                     "vshr.s32 q2, q4, #31\n"
                     "vmla.s32 q4, q2, %[one]\n"
                     "vshr.s32 q5, q5, #31\n"
                     "vmul.i32 q2, q5, %[right]\n"
                     "vrshl.s32 q1, q1, q3\n"
                     "vldrb.s16 q3, [%[b]], #8\n"
                     "vadd.i16 q3, q3, %[alpha]\n"
                     "vpt.s16 ge, q0, zr\n"
                     "vdupt.16 q3, %[left]\n"
                     "vmlas.s32 q5, %q[between], %[high]\n"
                     "vrshl.s32 q4, q4, q6\n"
                     "vsli.32 q4, q1, #16\n"
                     "vmullt.s16 q1, q0, q3\n"
                     "vqadd.s16 q4, q4, %[zero]\n"
                     "vmullb.s16 q3, q0, q3\n"
                     "vqmovnb.s16 q4, q4\n"
                     "vqrdmulh.s32 q3, q3, q5\n"
                     "vshr.s32 q0, q0, #31\n"
                     "vmul.i32 q5, q0, %[right]\n"
                     "vmlas.s32 q0, %q[between], %[high]\n"
                     "vshr.s32 q6, q3, #31\n"
                     "vmla.s32 q3, q6, %[one]\n"
                     "vstrb.16 q4, [%[out]], #8\n"
                     "vrshl.s32 q3, q3, q2\n"
                     "vqrdmulh.s32 q1, q1, q0\n"
                     "vshr.s32 q0, q1, #31\n"
                     "vmla.s32 q1, q0, %[one]\n"
                     "vrshl.s32 q1, q1, q5\n"
                     "vsli.32 q3, q1, #16\n"
                     "vqadd.s16 q3, q3, %[zero]\n"
                     "vqmovnb.s16 q3, q3\n"
                     "vstrb.16 q3, [%[out]], #8\n"
                     "le lr, 1b\n"
                     "2:\n"
                     : [a] "+l"(a), [b] "+l"(b), [out] "+l"(out), [blocks] "+r"(blocks)
                     : [offset] "r"(p->offset), [alpha] "r"(p->alpha_offset), [left] "r"(1 << p->shift),
                       [right] "r"(-p->shift_negative), [high] "r"(p->multiplier), [one] "r"(1),
                       [zero] "r"(p->zero_point), [between] "w"(between)
                     : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "memory");
    return n / 16 * 16;
}

#endif

static void run_s8(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                   unsigned n)
{
    const ingot_prelu_params copy = *(const ingot_prelu_params *)params, *p = &copy; /* out may not alias it */
    const int8_t *a = in0, *b = in1;
    int8_t *o = out;
#if INGOT_MVE
    if (a_step & b_step) {
        const unsigned done = sixteens(p, a, b, o, n);
        a += done;
        b += done;
        o += done;
        n -= done;
    }
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
        x = x >= 0 ? ingot_requantize_one(x, p->multiplier, p->shift)
                   : ingot_requantize_one(x * (*b + p->alpha_offset), p->multiplier_negative, p->shift_negative);
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
