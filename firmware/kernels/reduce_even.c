/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN of int8 with the arithmetic of QDQ models. */
#define INGOT_EVEN
#include "reduce_mean.h"

#define even_mean_s8_run mean_s8_run
KERNEL(even_mean_s8, int8_t)
