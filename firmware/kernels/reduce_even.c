/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN of int8 and int16 with the arithmetic of QDQ models. */
#define INGOT_EVEN
#include "reduce_mean.h"

RUN(even_mean_s16, int16_t, int32_t, 0, sum += *x, scaled(params, sum, INT16_MIN, INT16_MAX))

#define even_mean_s8_run mean_s8_run
KERNEL(even_mean_s8, int8_t)
KERNEL(even_mean_s16, int16_t)
MEAN_ROWS(even_mean_rows_s8)
