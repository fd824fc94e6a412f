/* SPDX-License-Identifier: Apache-2.0 */
/* Pose estimation: a frame in, the positions of a person's keypoints out.
 *
 * Prints a line a keypoint that is seen: "keypoint <number>: x <1/10000 of the width> y <1/10000 of the height>
 * score <1/10000>", after a line "frame <number>". Sizes, the preprocessing and the threshold are in app_config.h.
 */
#include "app_config.h"
#include "frames.h"
#include "heatmaps.h"
#include "image_input.h"
#include "ingot_runtime.h"
#include "ll_aton_runtime.h"
#include "network.h"

#ifndef INGOT_IMAGE_INPUT
#error "nothing tells what the bytes of a pixel stand for: state preprocessing: range: [low, high] in the model.yaml"
#endif

#define KEYPOINTS AI_POSE_PP_POSE_KEYPOINTS_NB
#define HEIGHT AI_SPE_MOVENET_POSTPROC_HEATMAP_HEIGHT
#define WIDTH AI_SPE_MOVENET_POSTPROC_HEATMAP_WIDTH

LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(network)

static const ingot_image_input definition = INGOT_IMAGE_INPUT;
static ingot_image_values values;

/* io.placement: application: the network computes from and to this memory. */
static void provide_buffers(const NN_Instance_TypeDef *instance)
{
#if NETWORK_USER_BUFFERS
    static uint8_t frame[NETWORK_IN_1_SIZE_BYTES] __attribute__((aligned(32)));
    static uint8_t heatmaps[NETWORK_OUT_1_SIZE_BYTES] __attribute__((aligned(32)));
    if (LL_ATON_Set_User_Input_Buffer(instance, 0, frame, sizeof frame) != LL_ATON_User_IO_NOERROR ||
        LL_ATON_Set_User_Output_Buffer(instance, 0, heatmaps, sizeof heatmaps) != LL_ATON_User_IO_NOERROR)
        ingot_stop("the network refused the application's buffers");
#else
    (void)instance;
#endif
}

/* Stops the firmware when network.c and app_config.h are not of one model; prepares the preprocessing. */
static void check_sizes(const LL_Buffer_InfoTypeDef *input, const LL_Buffer_InfoTypeDef *output)
{
    if (!ingot_image_prepare(&values, &definition, input))
        ingot_stop("app_config.h and network.c differ in the size of the input");
    if (LL_Buffer_len(output) * 8 != (uint32_t)(HEIGHT * WIDTH * KEYPOINTS) * LL_Buffer_bits(output))
        ingot_stop("app_config.h and network.c differ in the size of the heatmaps");
}

static void decode(const LL_Buffer_InfoTypeDef *output, pose_keypoint *found)
{
    const void *heatmaps = LL_Buffer_addr_start(output);
    if (output->type == DataType_FLOAT)
        pose_decode(heatmaps, HEIGHT, WIDTH, KEYPOINTS, AI_POSE_PP_CONF_THRESHOLD, found);
    else if (output->type == DataType_INT8)
        pose_decode_s8(heatmaps, HEIGHT, WIDTH, KEYPOINTS, output->scale[0], output->offset[0],
                       AI_POSE_PP_CONF_THRESHOLD, found);
    else
        ingot_stop("heatmaps must be float or int8");
}

static void print_fraction(const char *label, float value)
{
    if (value < 0) {
        ingot_print(label);
        ingot_print("-");
        label = "";
        value = -value;
    }
    ingot_print(label);
    ingot_print_unsigned((uint32_t)(value * 10000.0f + 0.5f));
}

static void report(uint32_t frame, const pose_keypoint *keypoint)
{
    ingot_print("frame ");
    ingot_print_unsigned(frame);
    ingot_print("\n");
    for (uint32_t k = 0; k < KEYPOINTS; k++) {
        if (!keypoint[k].visible)
            continue;
        ingot_print("keypoint ");
        ingot_print_unsigned(k);
        print_fraction(": x ", keypoint[k].x);
        print_fraction(" y ", keypoint[k].y);
        print_fraction(" score ", keypoint[k].score);
        ingot_print("\n");
    }
}

int main(void)
{
    static pose_keypoint keypoints[KEYPOINTS];
    NN_Instance_TypeDef *instance = &NN_Instance_network;
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(instance);
    provide_buffers(instance);
    const LL_Buffer_InfoTypeDef *input = LL_ATON_Input_Buffers_Info(instance);
    const LL_Buffer_InfoTypeDef *output = LL_ATON_Output_Buffers_Info(instance);
    check_sizes(input, output);
    uint8_t *pixels = ingot_image_pixels(&definition, input); /* where a frame becomes the input in place */
    if (!frames_open(NN_WIDTH, NN_HEIGHT, NN_BPP))
        return 1;
    for (uint32_t frame = 0; frames_next(pixels, ingot_image_bytes(&definition)); frame++) {
        ingot_image_fill(&values, &definition, input, pixels);
        while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
            LL_ATON_OSAL_WFE();
        decode(output, keypoints);
        report(frame, keypoints);
        LL_ATON_RT_Reset_Network(instance);
    }
    return 0;
}
