/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that an output's bytes stand for, whatever its type. */
#ifndef INGOT_OUTPUT_VALUES_H
#define INGOT_OUTPUT_VALUES_H

#include <stdint.h>

#include "ll_aton_NN_interface.h"

/* How many values an output has. */
static inline uint32_t ingot_output_count(const LL_Buffer_InfoTypeDef *output)
{
    return LL_Buffer_len(output) * 8 / LL_Buffer_bits(output);
}

/* Value i: scale * (code - zero point) of a quantized output, else the value itself. */
static inline float ingot_output_value(const LL_Buffer_InfoTypeDef *output, uint32_t i)
{
    const void *start = LL_Buffer_addr_start(output);
    int32_t code;
    switch (output->type) {
    case DataType_FLOAT:
        return ((const float *)start)[i];
    case DataType_INT8:
        code = ((const int8_t *)start)[i];
        break;
    case DataType_INT16:
        code = ((const int16_t *)start)[i];
        break;
    default:
        code = ((const uint8_t *)start)[i];
    }
    return output->scale ? output->scale[0] * (float)(code - (output->offset ? output->offset[0] : 0)) : (float)code;
}

#endif
