/* SPDX-License-Identifier: Apache-2.0 */
#include "add_core.h"

INGOT_ADD_KERNEL(sub, s8, int8_t, ingot_add_params, 0)
INGOT_ADD_KERNEL(sub, s16, int16_t, ingot_add_params, 0)
INGOT_ADD_KERNEL(sub, f32, float, ingot_clamp_f32_params, 0)
INGOT_ADD_KERNEL(sub, s32, int32_t, ingot_clamp_s32_params, 0)
INGOT_ADD_KERNEL(sub_reversed, s8, int8_t, ingot_add_params, -1)
INGOT_ADD_KERNEL(sub_reversed, s16, int16_t, ingot_add_params, -1)
INGOT_ADD_KERNEL(sub_reversed, f32, float, ingot_clamp_f32_params, -1)
INGOT_ADD_KERNEL(sub_reversed, s32, int32_t, ingot_clamp_s32_params, -1)
