/* SPDX-License-Identifier: Apache-2.0 */
#include "picture_loop.h"

#include "app_config.h"
#include "answer.h"
#include "frames.h"
#include "image_input.h"
#include "ingot_runtime.h"
#include "network_buffers.h"

#ifndef INGOT_IMAGE_INPUT
#error "nothing tells what the bytes of a pixel stand for: state preprocessing: range: [low, high] in the model.yaml"
#endif

#define MOST 20 /* answers a frame */

LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(network)

static const ingot_image_input definition = INGOT_IMAGE_INPUT;
static ingot_image_values values;

static void print_frame(uint32_t frame, const LL_Buffer_InfoTypeDef *outputs)
{
    static ingot_answer found[MOST];
    ingot_print("frame ");
    ingot_print_unsigned(frame);
    ingot_print("\n");
    ingot_answers_print(outputs, found, ingot_answers(outputs, found, MOST));
}

int ingot_picture_loop(void)
{
    NN_Instance_TypeDef *instance = &NN_Instance_network;
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(instance);
    ingot_provide_buffers(instance);
    const LL_Buffer_InfoTypeDef *input = LL_ATON_Input_Buffers_Info(instance);
    const LL_Buffer_InfoTypeDef *outputs = LL_ATON_Output_Buffers_Info(instance);
    if (!ingot_image_prepare(&values, &definition, input))
        ingot_stop("app_config.h and network.c differ in the size of the input");
    uint8_t *pixels = ingot_image_pixels(&definition, input); /* where a frame becomes the input in place */
    if (!frames_open(definition.width, definition.height, definition.channels))
        return 1;
    for (uint32_t frame = 0; frames_next(pixels, ingot_image_bytes(&definition)); frame++) {
        ingot_image_fill(&values, &definition, input, pixels);
        while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
            LL_ATON_OSAL_WFE();
        print_frame(frame, outputs);
        LL_ATON_RT_Reset_Network(instance);
    }
    return 0;
}
