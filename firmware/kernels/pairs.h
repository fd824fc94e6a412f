/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise operators of two inputs that compare, combine truths, or divide (ingot/compiler/kernels/pairs.py): one
 * line of a table each. _reversed: the operands are given the other way round, for a constant first one.
 *
 * Parameter block: of quantized comparisons ingot_compared_params, of DIV the clamps of its activation as two numbers of
 * the type, else nothing.
 */
#ifndef INGOT_PAIRS_H
#define INGOT_PAIRS_H

#include "binary.h"

/* Of both inputs: stored number - zero point, times 2^8, times the scale. */
typedef struct ingot_compared_params {
    int32_t zero[2], multiplier[2], shift[2];
} ingot_compared_params;

/* INGOT_PAIR(name, type, result's type) for every kernel; truths are bytes of 0 or 1. */
#define INGOT_COMPARISONS(name)                                                                                       \
    INGOT_PAIR(name##_f32, float, uint8_t)                                                                            \
    INGOT_PAIR(name##_s32, int32_t, uint8_t)                                                                          \
    INGOT_PAIR(name##_s64, int64_t, uint8_t)                                                                          \
    INGOT_PAIR(name##_s8, int8_t, uint8_t)                                                                            \
    INGOT_PAIR(name##_u8, uint8_t, uint8_t)

#define INGOT_DIVISIONS(name)                                                                                         \
    INGOT_PAIR(name##_f32, float, float)                                                                              \
    INGOT_PAIR(name##_reversed_f32, float, float)                                                                     \
    INGOT_PAIR(name##_s32, int32_t, int32_t)                                                                          \
    INGOT_PAIR(name##_reversed_s32, int32_t, int32_t)

#define INGOT_PAIRS                                                                                                   \
    INGOT_COMPARISONS(equal)                                                                                          \
    INGOT_COMPARISONS(not_equal)                                                                                      \
    INGOT_COMPARISONS(less)                                                                                           \
    INGOT_COMPARISONS(less_equal)                                                                                     \
    INGOT_COMPARISONS(greater)                                                                                        \
    INGOT_COMPARISONS(greater_equal)                                                                                  \
    INGOT_PAIR(equal_bool, uint8_t, uint8_t)                                                                          \
    INGOT_PAIR(not_equal_bool, uint8_t, uint8_t)                                                                      \
    INGOT_PAIR(logical_and_bool, uint8_t, uint8_t)                                                                    \
    INGOT_PAIR(logical_or_bool, uint8_t, uint8_t)                                                                     \
    INGOT_DIVISIONS(div)                                                                                              \
    INGOT_DIVISIONS(floor_div)                                                                                        \
    INGOT_DIVISIONS(floor_mod)                                                                                        \
    INGOT_PAIR(pow_f32, float, float)                                                                                 \
    INGOT_PAIR(pow_reversed_f32, float, float)

#define INGOT_PAIR(name, type, result) INGOT_BINARY_PROTOTYPES(pairs_##name, pairs_##name##_const, type, result)
INGOT_PAIRS
#undef INGOT_PAIR

#endif
