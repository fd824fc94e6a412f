/* SPDX-License-Identifier: Apache-2.0 */
#include "cast.h"

/* Bytes of an element of each type. */
static const uint8_t size[] = {1, 1, 2, 4, 4, 1, 8};

/* A number on its way from one type to another. */
typedef struct number {
    int64_t whole;
    float real;
    int is_real;
} number;

static number load(const void *from, unsigned i, unsigned type)
{
    number x = {0, 0, type == INGOT_CAST_F32};
    switch (type) {
    case INGOT_CAST_S8:
        x.whole = ((const int8_t *)from)[i];
        break;
    case INGOT_CAST_U8:
    case INGOT_CAST_BOOL:
        x.whole = ((const uint8_t *)from)[i];
        break;
    case INGOT_CAST_S16:
        x.whole = ((const int16_t *)from)[i];
        break;
    case INGOT_CAST_S32:
        x.whole = ((const int32_t *)from)[i];
        break;
    case INGOT_CAST_S64:
        x.whole = ((const int64_t *)from)[i];
        break;
    default:
        x.real = ((const float *)from)[i];
    }
    return x;
}

/* Truncated, with saturation; NaN becomes the largest number. */
static int32_t truncated(float x, int32_t lo, int32_t hi)
{
    if (ingot_is_nan(x) || x >= (float)hi)
        return hi;
    return x <= (float)lo ? lo : (int32_t)x;
}

static int64_t truncated64(float x)
{
    if (ingot_is_nan(x) || x >= 9223372036854775808.0f)
        return INT64_MAX;
    return x < -9223372036854775808.0f ? INT64_MIN : (int64_t)x;
}

static void store(void *to, unsigned i, unsigned type, number x)
{
    switch (type) {
    case INGOT_CAST_S8:
        ((int8_t *)to)[i] = (int8_t)(x.is_real ? truncated(x.real, INT8_MIN, INT8_MAX) : x.whole);
        break;
    case INGOT_CAST_U8:
        ((uint8_t *)to)[i] = (uint8_t)(x.is_real ? truncated(x.real, 0, UINT8_MAX) : x.whole);
        break;
    case INGOT_CAST_S16:
        ((int16_t *)to)[i] = (int16_t)(x.is_real ? truncated(x.real, INT16_MIN, INT16_MAX) : x.whole);
        break;
    case INGOT_CAST_S32:
        ((int32_t *)to)[i] = (int32_t)(x.is_real ? truncated(x.real, INT32_MIN, INT32_MAX) : x.whole);
        break;
    case INGOT_CAST_S64:
        ((int64_t *)to)[i] = x.is_real ? truncated64(x.real) : x.whole;
        break;
    case INGOT_CAST_BOOL:
        ((uint8_t *)to)[i] = x.is_real ? x.real != 0.0f : x.whole != 0;
        break;
    default:
        ((float *)to)[i] = x.is_real ? x.real : (float)x.whole;
    }
}

void ingot_cast_rows(const ingot_cast *k, const void *in, void *out, const void *params, unsigned y, unsigned n)
{
    (void)params;
    for (; n; n--, y++) {
        const char *from = (const char *)in + ingot_row_offset(y, k->in_ring, k->row_elements * size[k->from]);
        char *to = (char *)out + ingot_row_offset(y, k->out_ring, k->row_elements * size[k->to]);
        for (unsigned i = 0; i < k->row_elements; i++)
            store(to, i, k->to, load(from, i, k->from));
    }
}
