/* SPDX-License-Identifier: Apache-2.0 */
#include "image_input.h"

#include <string.h>

#include "image_resize.h"
#include "input_codes.h"

static uint32_t bytes_of(const LL_Buffer_InfoTypeDef *input)
{
    return LL_Buffer_bits(input) / 8;
}

/* In double, and without a product that is added: every compiler and NumPy round alike. */
static float real_of(const ingot_image_input *definition, unsigned channel, unsigned pixel)
{
    double share = (double)pixel * (definition->high - definition->low) / 255.0;
    return (float)((definition->low + share - definition->mean[channel]) / definition->std[channel]);
}

bool ingot_image_prepare(ingot_image_values *values, const ingot_image_input *definition,
                         const LL_Buffer_InfoTypeDef *input)
{
    int32_t low = 0, high = 0;
    bool is_float = input->type == DataType_FLOAT;
    if (LL_Buffer_len(input) != ingot_image_bytes(definition) * bytes_of(input))
        return false;
    if (!is_float && !ingot_input_limits(input, &low, &high))
        return false;
    float scale = input->scale ? input->scale[0] : 1.0f;
    int32_t zero_point = input->scale && input->offset ? input->offset[0] : 0;
    for (unsigned channel = 0; channel < definition->channels; channel++)
        for (unsigned pixel = 0; pixel < 256; pixel++) {
            float real = real_of(definition, channel, pixel);
            if (is_float)
                values->real[channel][pixel] = real;
            else
                values->code[channel][pixel] = (int16_t)ingot_input_code(real, scale, zero_point, low, high);
        }
    return true;
}

/* Upwards: a value is written where no pixel is that is still to be read, also when the pixels are the input's end. */
void ingot_image_fill(const ingot_image_values *values, const ingot_image_input *definition,
                      const LL_Buffer_InfoTypeDef *input, const uint8_t *pixels)
{
    unsigned char *to = LL_Buffer_addr_start(input);
    uint32_t area = (uint32_t)definition->width * definition->height, channels = definition->channels;
    for (uint32_t at = 0; at < area; at++)
        for (uint32_t channel = 0; channel < channels; channel++) {
            uint32_t place = definition->channels_first ? channel * area + at : at * channels + channel;
            uint8_t pixel = pixels[at * channels + channel];
            if (input->type == DataType_FLOAT)
                ((float *)(void *)to)[place] = values->real[channel][pixel];
            else if (input->type == DataType_INT16)
                ((int16_t *)(void *)to)[place] = values->code[channel][pixel];
            else
                to[place] = (uint8_t)values->code[channel][pixel];
        }
}

static void whole_box(ingot_image_box *box, uint32_t width, uint32_t height)
{
    *box = (ingot_image_box){0, 0, width, height};
}

/* extent * numerator / denominator to the nearest, at least 1. */
static uint32_t scaled(uint32_t extent, uint32_t numerator, uint32_t denominator)
{
    uint32_t result = (uint32_t)(((uint64_t)extent * numerator + denominator / 2) / denominator);
    return result ? result : 1;
}

static void middle(ingot_image_box *box, uint32_t width, uint32_t height)
{
    *box = (ingot_image_box){(box->width - width) / 2, (box->height - height) / 2, width, height};
}

/* Into the corner of a row of colors, in the order of the input. */
static void put(const ingot_image_input *definition, const uint8_t *rgb, uint8_t *to)
{
    switch (definition->order) {
    case INGOT_IMAGE_GRAYSCALE: /* ITU-R BT.601, in 1/65536 */
        *to = (uint8_t)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);
        break;
    case INGOT_IMAGE_BGR:
        to[0] = rgb[2], to[1] = rgb[1], to[2] = rgb[0];
        break;
    default:
        memcpy(to, rgb, 3);
    }
}

void ingot_image_resize(const ingot_image_input *definition, const uint8_t *picture, unsigned width, unsigned height,
                        uint8_t *pixels)
{
    uint32_t across = definition->width, down = definition->height, channels = definition->channels;
    ingot_image_box from, to;
    whole_box(&from, width, height);
    whole_box(&to, across, down);
    bool wider = (uint64_t)width * down > (uint64_t)height * across;
    if (definition->window == INGOT_IMAGE_CROP) {
        if (wider)
            middle(&from, scaled(height, across, down), height);
        else
            middle(&from, width, scaled(width, down, across));
    } else if (definition->window == INGOT_IMAGE_PAD) {
        memset(pixels, 0, ingot_image_bytes(definition));
        if (wider)
            middle(&to, across, scaled(across, height, width));
        else
            middle(&to, scaled(down, width, height), down);
    }
    for (uint32_t y = 0; y < to.height; y++)
        for (uint32_t x = 0; x < to.width; x++) {
            uint8_t rgb[3];
            ingot_image_sample(picture, width, &from, &to, x, y, rgb);
            put(definition, rgb, pixels + ((to.top + y) * across + to.left + x) * channels);
        }
}
