/* SPDX-License-Identifier: Apache-2.0 */
#include "add_core.h"

INGOT_ADD_KERNEL(add, s8, int8_t, ingot_add_params, 1)
INGOT_ADD_KERNEL(add, s16, int16_t, ingot_add_params, 1)
INGOT_ADD_KERNEL(add, f32, float, ingot_clamp_f32_params, 1)
INGOT_ADD_KERNEL(add, s32, int32_t, ingot_clamp_s32_params, 1)
