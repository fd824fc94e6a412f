/* SPDX-License-Identifier: Apache-2.0 */
/* Dot products of vectors of bytes, of any length; none is read beyond its end. */
#ifndef INGOT_DOT_H
#define INGOT_DOT_H

#include "requantize_dsp.h"

#if INGOT_DSP
/* sum + the products of four bytes at b with those whose even and odd ones are given */
INGOT_INLINE int32_t ingot_four_products(int32_t sum, int16x2_t even, int16x2_t odd, const int8_t *b)
{
    const uint32_t four = ingot_word_at(b);
    return __smlad(even, ingot_even_bytes(four), __smlad(odd, ingot_odd_bytes(four), sum));
}
#endif

/* The sum of all elements. */
INGOT_INLINE int32_t ingot_sum_s8(const int8_t *a, uint32_t n)
{
    int32_t sum = 0;
#if INGOT_MVE
    __asm__("dlstp.8 lr, %2\n"
            "1:\n"
            "vldrb.8 q0, [%1], #16\n"
            "vaddva.s8 %0, q0\n"
            "letp lr, 1b\n"
            : "+Te"(sum), "+r"(a)
            : "r"(n)
            : "q0", "lr", "memory");
#else
#if INGOT_DSP
    for (; n >= 4; n -= 4, a += 4)
        sum = ingot_four_products(sum, 0x00010001, 0x00010001, a);
#endif
    while (n--)
        sum += *a++;
#endif
    return sum;
}

/* sum + a . b */
INGOT_INLINE int32_t ingot_dot_s8(int32_t sum, const int8_t *a, const int8_t *b, uint32_t n)
{
#if INGOT_MVE
    __asm__("dlstp.8 lr, %3\n"
            "1:\n"
            "vldrb.8 q0, [%1], #16\n"
            "vldrb.8 q1, [%2], #16\n"
            "vmladava.s8 %0, q0, q1\n"
            "letp lr, 1b\n"
            : "+Te"(sum), "+r"(a), "+r"(b)
            : "r"(n)
            : "q0", "q1", "lr", "memory");
#else
#if INGOT_DSP
    for (; n >= 4; n -= 4, a += 4, b += 4)
        sum = ingot_four_products(sum, ingot_even_bytes(ingot_word_at(a)), ingot_odd_bytes(ingot_word_at(a)), b);
#endif
    while (n--)
        sum += *a++ * *b++;
#endif
    return sum;
}

#if INGOT_MVE
/* Four vectors, 10 instructions for 64 products. */
INGOT_INLINE void ingot_four_dots_s8(const int8_t *a, const int8_t *b, uint32_t step, uint32_t n, int32_t *sums)
{
    const int8_t *b1 = b + step, *b2 = b1 + step, *b3 = b2 + step;
    int32_t sum0 = sums[0], sum1 = sums[1], sum2 = sums[2], sum3 = sums[3];
    __asm__("dlstp.8 lr, %[n]\n"
            "1:\n"
            "vldrb.8 q0, [%[a]], #16\n"
            "vldrb.8 q1, [%[b0]], #16\n"
            "vmladava.s8 %[sum0], q0, q1\n"
            "vldrb.8 q2, [%[b1]], #16\n"
            "vmladava.s8 %[sum1], q0, q2\n"
            "vldrb.8 q1, [%[b2]], #16\n"
            "vmladava.s8 %[sum2], q0, q1\n"
            "vldrb.8 q2, [%[b3]], #16\n"
            "vmladava.s8 %[sum3], q0, q2\n"
            "letp lr, 1b\n"
            : [sum0] "+Te"(sum0), [sum1] "+Te"(sum1), [sum2] "+Te"(sum2), [sum3] "+Te"(sum3), [a] "+r"(a), [b0] "+r"(b),
              [b1] "+r"(b1), [b2] "+r"(b2), [b3] "+r"(b3)
            : [n] "r"(n)
            : "q0", "q1", "q2", "lr", "memory");
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
}
#elif INGOT_DSP
/* Four bytes at `from` times those of the vector. */
#define INGOT_FOUR_PRODUCTS(sum, from)                                                                                 \
    "ldr %[x], " from "\n"                                                                                             \
    "sxtb16 %[y], %[x], ror #8\n"                                                                                      \
    "sxtb16 %[x], %[x]\n"                                                                                              \
    "smlad %[" sum "], %[odd], %[y], %[" sum "]\n"                                                                     \
    "smlad %[" sum "], %[even], %[x], %[" sum "]\n"

/* Four vectors, 26 instructions for 16 products. GCC spills this loop from intrinsics. */
INGOT_INLINE void ingot_four_dots_s8(const int8_t *a, const int8_t *b, uint32_t step, uint32_t n, int32_t *sums)
{
    int32_t sum0 = sums[0], sum1 = sums[1], sum2 = sums[2], sum3 = sums[3];
#ifdef __OPTIMIZE__ /* else a compiler lacks the registers */
    if (n >= 4) {
        uint32_t fours = n / 4, even, odd, x, y;
        __asm__("1:\n"
                "ldr %[even], [%[a]], #4\n"
                "sxtb16 %[odd], %[even], ror #8\n"
                "sxtb16 %[even], %[even]\n"
                "add %[x], %[b], %[step]\n"
                INGOT_FOUR_PRODUCTS("sum3", "[%[x], %[step], lsl #1]")
                INGOT_FOUR_PRODUCTS("sum2", "[%[b], %[step], lsl #1]")
                INGOT_FOUR_PRODUCTS("sum1", "[%[b], %[step]]")
                INGOT_FOUR_PRODUCTS("sum0", "[%[b]], #4")
                "subs %[fours], #1\n"
                "bne 1b\n"
                : [sum0] "+r"(sum0), [sum1] "+r"(sum1), [sum2] "+r"(sum2), [sum3] "+r"(sum3), [a] "+r"(a), [b] "+r"(b),
                  [fours] "+r"(fours), [even] "=&r"(even), [odd] "=&r"(odd), [x] "=&r"(x), [y] "=&r"(y)
                : [step] "r"(step)
                : "cc", "memory");
        n %= 4;
    }
#endif
    for (; n; n--, a++, b++) {
        sum0 += *a * b[0];
        sum1 += *a * b[step];
        sum2 += *a * b[2 * step];
        sum3 += *a * b[3 * step];
    }
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
}
#endif

/* sums[i] += a . (b + i * step) for `count` vectors of n elements */
__attribute__((noinline, unused)) static void ingot_dots_s8(const int8_t *a, const int8_t *b, uint32_t step, uint32_t n,
                                                    int32_t *sums, uint32_t count)
{
#if INGOT_MVE || INGOT_DSP
    for (; count >= 4; count -= 4, sums += 4, b += 4 * step)
        ingot_four_dots_s8(a, b, step, n, sums);
#endif
    for (; count; count--, sums++, b += step)
        *sums = ingot_dot_s8(*sums, a, b, n);
}

#endif
