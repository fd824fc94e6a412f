/* SPDX-License-Identifier: Apache-2.0 */
/* A real number as the code of a quantized input. */
#ifndef INGOT_INPUT_CODES_H
#define INGOT_INPUT_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include "ll_aton_NN_interface.h"

/* The lowest and the highest code of an input. False for a type that has none. */
static inline bool ingot_input_limits(const LL_Buffer_InfoTypeDef *input, int32_t *low, int32_t *high)
{
    switch (input->type) {
    case DataType_INT8:
        *low = INT8_MIN, *high = INT8_MAX;
        return true;
    case DataType_UINT8:
        *low = 0, *high = UINT8_MAX;
        return true;
    case DataType_INT16:
        *low = INT16_MIN, *high = INT16_MAX;
        return true;
    default:
        return false;
    }
}

/* round(real / scale) + zero point, halves away from zero, saturated, as the operator QUANTIZE does. */
static inline int32_t ingot_input_code(float real, float scale, int32_t zero_point, int32_t low, int32_t high)
{
    float q = real / scale;
    q = q > 16777216.0f ? 16777216.0f : q > -16777216.0f ? q : -16777216.0f;
    int32_t whole = (int32_t)q;
    float rest = q - (float)whole;
    whole += (rest >= 0.5f) - (rest <= -0.5f) + zero_point;
    return whole < low ? low : whole > high ? high : whole;
}

#endif
