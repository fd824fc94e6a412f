/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor_input.h"

#include "input_codes.h"

bool ingot_sensor_fill(const ingot_sensor_definition *definition, const LL_Buffer_InfoTypeDef *input,
                       const float *window)
{
    const uint32_t count = (uint32_t)definition->samples * definition->axes;
    const bool is_float = input->type == DataType_FLOAT;
    int32_t low = 0, high = 0;
    if (LL_Buffer_len(input) != count * LL_Buffer_bits(input) / 8 ||
        (!is_float && !ingot_input_limits(input, &low, &high)))
        return false;
    void *to = LL_Buffer_addr_start(input);
    const float scale = input->scale ? input->scale[0] : 1.0f;
    const int32_t zero_point = input->scale && input->offset ? input->offset[0] : 0;
    for (uint32_t i = 0; i < count; i++) {
        const float value = (window[i] - definition->mean) / definition->std;
        if (is_float) {
            ((float *)to)[i] = value;
            continue;
        }
        const int32_t code = ingot_input_code(value, scale, zero_point, low, high);
        if (input->type == DataType_INT16)
            ((int16_t *)to)[i] = (int16_t)code;
        else
            ((uint8_t *)to)[i] = (uint8_t)code;
    }
    return true;
}
