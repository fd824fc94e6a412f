/* SPDX-License-Identifier: Apache-2.0 */
#include "pairs.h"

#include "power.h"

/* f(params, a, b) of every pair of a run. */
#define RUN(name, type, result, value)                                                                                \
    static void name##_run(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step,   \
                           void *out, unsigned n)                                                                     \
    {                                                                                                                 \
        const type *x = in0, *z = in1;                                                                                \
        result *o = out;                                                                                              \
        (void)params;                                                                                                 \
        for (; n; n--, x += a_step, z += b_step) {                                                                    \
            const type a = *x, b = *z;                                                                                \
            *o++ = (result)(value);                                                                                   \
        }                                                                                                             \
    }

static int32_t compared(const void *params, int32_t stored, int which)
{
    const ingot_compared_params *p = params;
    return ingot_requantize((stored - p->zero[which]) * 256, p->multiplier[which], p->shift[which]);
}

#define COMPARISON(name, op)                                                                                          \
    RUN(name##_f32, float, uint8_t, a op b)                                                                           \
    RUN(name##_s32, int32_t, uint8_t, a op b)                                                                         \
    RUN(name##_s64, int64_t, uint8_t, a op b)                                                                         \
    RUN(name##_s8, int8_t, uint8_t, compared(params, a, 0) op compared(params, b, 1))                                 \
    RUN(name##_u8, uint8_t, uint8_t, compared(params, a, 0) op compared(params, b, 1))

COMPARISON(equal, ==)
COMPARISON(not_equal, !=)
COMPARISON(less, <)
COMPARISON(less_equal, <=)
COMPARISON(greater, >)
COMPARISON(greater_equal, >=)

RUN(equal_bool, uint8_t, uint8_t, a == b)
RUN(not_equal_bool, uint8_t, uint8_t, a != b)
RUN(logical_and_bool, uint8_t, uint8_t, a && b)
RUN(logical_or_bool, uint8_t, uint8_t, a || b)

static float div_f32(const void *params, float a, float b)
{
    const float *limits = params;
    return ingot_clamp_f32(a / b, limits[0], limits[1]);
}

/* Of a division by zero LiteRT makes an error; here it is 0. */
static int32_t div_s32(const void *params, int32_t a, int32_t b)
{
    const int32_t *limits = params;
    const int32_t quotient = b == 0 ? 0 : b != -1 ? a / b : a == INT32_MIN ? INT32_MAX : -a;
    return ingot_clamp(quotient, limits[0], limits[1]);
}

static float floor_div_f32(const void *params, float a, float b)
{
    const double quotient = (double)a / (double)b;
    (void)params;
    if (!(quotient < 9e15 && quotient > -9e15)) /* a whole number, an infinity, or none */
        return (float)quotient;
    const double whole = (double)(int64_t)quotient;
    return whole == quotient ? (float)quotient : (float)(whole - (whole > quotient));
}

static int32_t floor_div_s32(const void *params, int32_t a, int32_t b)
{
    (void)params;
    if (b == 0 || b == -1)
        return b ? (int32_t)(0u - (uint32_t)a) : 0;
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static float floor_mod_f32(const void *params, float a, float b)
{
    const float rest = ingot_fmodf(a, b);
    (void)params;
    return rest != 0.0f && (b < 0.0f) != (rest < 0.0f) ? rest + b : rest;
}

static int32_t floor_mod_s32(const void *params, int32_t a, int32_t b)
{
    (void)params;
    if (b == 0 || b == -1)
        return 0;
    const int32_t rest = a % b;
    return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

static float pow_f32(const void *params, float a, float b)
{
    (void)params;
    return ingot_powf(a, b);
}

#define DIVISION(name)                                                                                                \
    RUN(name##_f32, float, float, name##_f32(params, a, b))                                                           \
    RUN(name##_reversed_f32, float, float, name##_f32(params, b, a))                                                  \
    RUN(name##_s32, int32_t, int32_t, name##_s32(params, a, b))                                                       \
    RUN(name##_reversed_s32, int32_t, int32_t, name##_s32(params, b, a))

DIVISION(div)
DIVISION(floor_div)
DIVISION(floor_mod)
RUN(pow_f32, float, float, pow_f32(params, a, b))
RUN(pow_reversed_f32, float, float, pow_f32(params, b, a))

/* Bytes of the parameters, behind which a constant operand stands. */
enum {
    NOTHING = 0,
    COMPARED = sizeof(ingot_compared_params),
    LIMITS = 8,
};

/* Once for all: within each kernel it would be most of the code. */
static __attribute__((noinline)) void walk(const ingot_binary *k, const void *in0, unsigned in0_ring, const void *in1,
                                           unsigned in1_ring, void *out, unsigned size, unsigned out_size,
                                           const void *params, unsigned y, unsigned n, ingot_binary_run *f)
{
    ingot_binary_walk(k, in0, in0_ring, in1, in1_ring, out, size, out_size, params, y, n, f);
}

#define KERNEL(name, type, result, size)                                                                              \
    INGOT_BINARY_KERNEL_BY(walk, pairs_##name, pairs_##name##_const, type, result, size, name##_run)
#define COMPARISON_KERNELS(name)                                                                                      \
    KERNEL(name##_f32, float, uint8_t, NOTHING)                                                                       \
    KERNEL(name##_s32, int32_t, uint8_t, NOTHING)                                                                     \
    KERNEL(name##_s64, int64_t, uint8_t, NOTHING)                                                                     \
    KERNEL(name##_s8, int8_t, uint8_t, COMPARED)                                                                      \
    KERNEL(name##_u8, uint8_t, uint8_t, COMPARED)
#define DIVISION_KERNELS(name, size)                                                                                  \
    KERNEL(name##_f32, float, float, size)                                                                            \
    KERNEL(name##_reversed_f32, float, float, size)                                                                   \
    KERNEL(name##_s32, int32_t, int32_t, size)                                                                        \
    KERNEL(name##_reversed_s32, int32_t, int32_t, size)

COMPARISON_KERNELS(equal)
COMPARISON_KERNELS(not_equal)
COMPARISON_KERNELS(less)
COMPARISON_KERNELS(less_equal)
COMPARISON_KERNELS(greater)
COMPARISON_KERNELS(greater_equal)
KERNEL(equal_bool, uint8_t, uint8_t, NOTHING)
KERNEL(not_equal_bool, uint8_t, uint8_t, NOTHING)
KERNEL(logical_and_bool, uint8_t, uint8_t, NOTHING)
KERNEL(logical_or_bool, uint8_t, uint8_t, NOTHING)
DIVISION_KERNELS(div, LIMITS)
DIVISION_KERNELS(floor_div, NOTHING)
DIVISION_KERNELS(floor_mod, NOTHING)
KERNEL(pow_f32, float, float, NOTHING)
KERNEL(pow_reversed_f32, float, float, NOTHING)
