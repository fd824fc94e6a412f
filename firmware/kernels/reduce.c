/* SPDX-License-Identifier: Apache-2.0 */
#include "reduce_mean.h"

#include <float.h>

#define COUNT(k) ((k)->reduced[0] * (k)->reduced[1] * (k)->reduced[2])

RUN(mean_s16, int16_t, int32_t, 0, sum += *x, scaled(params, sum, INT16_MIN, INT16_MAX))
RUN(mean_f32, float, float, 0, sum += *x, sum / (float)COUNT(k))
RUN(sum_f32, float, float, 0, sum += *x, sum)
RUN(mean_s32, int32_t, int64_t, 0, sum += *x, sum / (int64_t)COUNT(k))
RUN(sum_s32, int32_t, uint32_t, 0, sum += (uint32_t)*x, sum)
RUN(max_s8, int8_t, int8_t, *in, sum = *x > sum ? *x : sum, sum)
RUN(min_s8, int8_t, int8_t, *in, sum = *x < sum ? *x : sum, sum)
RUN(max_s16, int16_t, int16_t, *in, sum = *x > sum ? *x : sum, sum)
RUN(min_s16, int16_t, int16_t, *in, sum = *x < sum ? *x : sum, sum)
RUN(max_s32, int32_t, int32_t, *in, sum = *x > sum ? *x : sum, sum)
RUN(min_s32, int32_t, int32_t, *in, sum = *x < sum ? *x : sum, sum)
/* As LiteRT starts: NaN is never chosen, and infinity is not where there is nothing else. */
RUN(max_f32, float, float, -FLT_MAX, sum = *x > sum ? *x : sum, sum)
RUN(min_f32, float, float, FLT_MAX, sum = *x < sum ? *x : sum, sum)

KERNEL(mean_s8, int8_t)
MEAN_ROWS(mean_rows_s8)
KERNEL(mean_s16, int16_t)
KERNEL(mean_f32, float)
KERNEL(sum_f32, float)
KERNEL(mean_s32, int32_t)
KERNEL(sum_s32, int32_t)
KERNEL(max_s8, int8_t)
KERNEL(min_s8, int8_t)
KERNEL(max_s16, int16_t)
KERNEL(min_s16, int16_t)
KERNEL(max_s32, int32_t)
KERNEL(min_s32, int32_t)
KERNEL(max_f32, float)
KERNEL(min_f32, float)
