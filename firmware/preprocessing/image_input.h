/* SPDX-License-Identifier: Apache-2.0 */
/* From a picture to a network's input, by the one definition of preprocessing that Ingot keeps: what the model.yaml and
 * the model's own quantization say stands in app_config.h as INGOT_IMAGE_INPUT, scale and zero point in the network.
 *
 *     static const ingot_image_input definition = INGOT_IMAGE_INPUT;
 *     static ingot_image_values values;
 *     ingot_image_prepare(&values, &definition, input);            once
 *     ingot_image_resize(&definition, picture, w, h, pixels);      where the camera does not deliver the input's size
 *     ingot_image_fill(&values, &definition, input, pixels);       for every frame
 *
 * ingot/preprocessing/ computes the same bytes on the host. */
#ifndef INGOT_IMAGE_INPUT_H
#define INGOT_IMAGE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "ll_aton_NN_interface.h"

/* The largest box in the picture's middle; all of it; all of it with black beside it. */
enum { INGOT_IMAGE_CROP, INGOT_IMAGE_STRETCH, INGOT_IMAGE_PAD };
enum { INGOT_IMAGE_RGB, INGOT_IMAGE_BGR, INGOT_IMAGE_GRAYSCALE };

/* width, height: of the input. channels: 1 or 3. order, window: see above. channels_first: NCHW, else NHWC.
 * The number for a pixel's byte p in channel c is (low + p * (high - low) / 255 - mean[c]) / std[c]. */
typedef struct {
    uint16_t width, height;
    uint8_t channels, order, window, channels_first;
    double low, high, mean[3], std[3];
} ingot_image_input;

/* What each byte becomes, a channel: real numbers for a float input, codes for others. */
typedef union {
    float real[3][256];
    int16_t code[3][256];
} ingot_image_values;

/* Computes the values from the definition and the input's quantization: code = round(real / scale) + zero point, halves
 * away from zero, saturated, as the operator QUANTIZE does. False when the input has another size, or a type other than
 * float, uint8, int8 and int16. */
bool ingot_image_prepare(ingot_image_values *values, const ingot_image_input *definition,
                         const LL_Buffer_InfoTypeDef *input);

/* Fills the input. pixels: width x height x channels bytes, channels last, in the definition's order of colors. They may
 * be the last bytes of the input itself (ingot_image_pixels), unless its channels are first. */
void ingot_image_fill(const ingot_image_values *values, const ingot_image_input *definition,
                      const LL_Buffer_InfoTypeDef *input, const uint8_t *pixels);

/* Bytes of a frame of pixels. */
static inline uint32_t ingot_image_bytes(const ingot_image_input *definition)
{
    return (uint32_t)definition->width * definition->height * definition->channels;
}

/* Where a frame may be put that ingot_image_fill then turns into the input in place: at the input's end. */
static inline uint8_t *ingot_image_pixels(const ingot_image_input *definition, const LL_Buffer_InfoTypeDef *input)
{
    return LL_Buffer_addr_end(input) - ingot_image_bytes(definition);
}

/* Makes the input's pixels of a picture: its window, its order of colors, bilinear. picture: RGB, rows from the top. */
void ingot_image_resize(const ingot_image_input *definition, const uint8_t *picture, unsigned width, unsigned height,
                        uint8_t *pixels);

#endif
