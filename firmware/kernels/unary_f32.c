/* SPDX-License-Identifier: Apache-2.0 */
#include "unary_f32.h"

#include "power.h"

static float limited(float x, float lo, float hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

static float logistic(float x)
{
    if (x > 16.619047164916992188f) /* beyond, the result is 1 in LiteRT */
        return 1.0f;
    return x < -9.0f ? ingot_expf(x) : 1.0f / (1.0f + ingot_expf(-x));
}

static float logarithm(float x)
{
    if (x > 0.0f && x <= 3.402823466e38f)
        return (float)ingot_log((double)x);
    return x == 0.0f ? -__builtin_inff() : x > 0.0f ? x : __builtin_nanf("");
}

/* The argument is rounded as LiteRT rounds it: its square is an exponent, where that counts. */
static float gelu(float x)
{
    return 0.5f * x * (float)ingot_erfc((double)(x * -0.70710678f));
}

static float gelu_tanh(float x)
{
    double wide = (double)x;
    return (float)(0.5 * wide * (1.0 + ingot_tanh(0.79788456080286535588 * (wide + 0.044715 * wide * wide * wide))));
}

/* floor(); -0.0 stays what it is. */
static float down(float x)
{
    if (!(__builtin_fabsf(x) < 8388608.0f))
        return x;
    const float whole = (float)(int32_t)x;
    return __builtin_copysignf(whole > x ? whole - 1.0f : whole, x);
}

/* LiteRT's RoundToNearest(): halves go to the even number. */
static float nearest(float x)
{
    const float below = down(x), rest = x - below;
    if (!(__builtin_fabsf(x) < 8388608.0f))
        return x;
    return rest < 0.5f || (rest == 0.5f && (int32_t)below % 2 == 0) ? below : below + 1.0f;
}

#define KERNEL(name, result)                                                                                          \
    INGOT_UNARY_F32(unary_f32_##name)                                                                                 \
    {                                                                                                                 \
        const float alpha = params ? ((const ingot_unary_f32_params *)params)->alpha : 0.0f;                          \
        (void)alpha;                                                                                                  \
        for (; n; n--, y++) {                                                                                         \
            const float *from = in + ingot_row_offset(y, k->in_ring, k->row_elements);                                \
            float *to = out + ingot_row_offset(y, k->out_ring, k->row_elements);                                      \
            for (uint32_t left = k->row_elements; left; left--) {                                                     \
                const float x = *from++;                                                                              \
                *to++ = (result);                                                                                     \
            }                                                                                                         \
        }                                                                                                             \
    }

KERNEL(relu, x < 0.0f ? 0.0f : x)
KERNEL(relu6, limited(x, 0.0f, 6.0f))
KERNEL(relu_n1_to_1, limited(x, -1.0f, 1.0f))
KERNEL(leaky_relu, x > 0.0f ? x : x * alpha)
KERNEL(elu, x < 0.0f ? (float)ingot_expm1((double)x) : x)
KERNEL(hard_swish, x * limited(x + 3.0f, 0.0f, 6.0f) / 6.0f)
KERNEL(gelu, gelu(x))
KERNEL(gelu_tanh, gelu_tanh(x))
KERNEL(logistic, logistic(x))
KERNEL(tanh, (float)ingot_tanh((double)x))
KERNEL(abs, __builtin_fabsf(x))
KERNEL(neg, -x)
KERNEL(square, x * x)
KERNEL(sqrt, ingot_sqrtf(x))
KERNEL(rsqrt, 1.0f / ingot_sqrtf(x))
KERNEL(exp, ingot_expf(x))
KERNEL(log, logarithm(x))
KERNEL(relu_0_to_1, limited(x, 0.0f, 1.0f))
KERNEL(floor, down(x))
KERNEL(ceil, -down(-x))
KERNEL(round, nearest(x))
KERNEL(sin, ingot_sinf(x))
KERNEL(cos, ingot_cosf(x))
KERNEL(sign, x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f)
