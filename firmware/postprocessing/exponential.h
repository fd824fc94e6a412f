/* SPDX-License-Identifier: Apache-2.0 */
/* Exponential and logistic function without a C library, to 1e-6 of the result. */
#ifndef INGOT_EXPONENTIAL_H
#define INGOT_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

static inline float ingot_exponential(float x)
{
    if (!(x > -87.0f))
        return 0;
    x = x < 88.0f ? x : 88.0f;
    const float powers = x * 1.44269504f;
    const int32_t whole = (int32_t)(powers < 0 ? powers - 0.5f : powers + 0.5f);
    /* ln 2 in two parts: the first has zeros at its end, so that its product is exact. */
    const float rest = (x - (float)whole * 0.693359375f) + (float)whole * 2.12194440e-4f;
    const float series =
        1 + rest * (1 + rest * (0.5f + rest * (1 / 6.0f + rest * (1 / 24.0f + rest * (1 / 120.0f + rest * (1 / 720.0f))))));
    const uint32_t bits = (uint32_t)(whole + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return series * power;
}

static inline float ingot_logistic(float x)
{
    return 1 / (1 + ingot_exponential(-x));
}

#endif
