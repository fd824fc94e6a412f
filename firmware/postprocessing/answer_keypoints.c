/* SPDX-License-Identifier: Apache-2.0 */
/* A heatmap a key point: where each most likely is. */
#include "app_config.h"

#include "answer.h"
#include "answer_text.h"
#include "heatmaps.h"
#include "output_values.h"

#define KEYPOINTS AI_POSE_PP_POSE_KEYPOINTS_NB
#define HEIGHT AI_SPE_MOVENET_POSTPROC_HEATMAP_HEIGHT
#define WIDTH AI_SPE_MOVENET_POSTPROC_HEATMAP_WIDTH

/* As pose_decode(), of values of any type. */
static void decode_any(const LL_Buffer_InfoTypeDef *output, pose_keypoint *points)
{
    for (uint32_t k = 0; k < KEYPOINTS; k++) {
        uint32_t best = 0;
        for (uint32_t cell = 1; cell < HEIGHT * WIDTH; cell++)
            if (ingot_output_value(output, cell * KEYPOINTS + k) > ingot_output_value(output, best * KEYPOINTS + k))
                best = cell;
        points[k].x = ((float)(best % WIDTH) + 0.5f) / (float)WIDTH;
        points[k].y = ((float)(best / WIDTH) + 0.5f) / (float)HEIGHT;
        points[k].score = ingot_output_value(output, best * KEYPOINTS + k);
        points[k].visible = points[k].score >= AI_POSE_PP_CONF_THRESHOLD;
    }
}

unsigned ingot_answers(const LL_Buffer_InfoTypeDef *output, ingot_answer *found, unsigned most)
{
    static pose_keypoint points[KEYPOINTS];
    const void *heatmaps = LL_Buffer_addr_start(output);
    if (LL_Buffer_len(output) * 8 != (uint32_t)(HEIGHT * WIDTH * KEYPOINTS) * LL_Buffer_bits(output))
        ingot_stop("app_config.h and network.c differ in the size of the heatmaps");
    if (output->type == DataType_FLOAT)
        pose_decode(heatmaps, HEIGHT, WIDTH, KEYPOINTS, AI_POSE_PP_CONF_THRESHOLD, points);
    else if (output->type == DataType_INT8)
        pose_decode_s8(heatmaps, HEIGHT, WIDTH, KEYPOINTS, output->scale[0], output->offset[0],
                       AI_POSE_PP_CONF_THRESHOLD, points);
    else
        decode_any(output, points);
    unsigned count = 0;
    for (uint32_t k = 0; k < KEYPOINTS && count < most; k++)
        if (points[k].visible)
            found[count++] = (ingot_answer){k, points[k].score, points[k].x, points[k].y, points[k].x, points[k].y};
    return count;
}

void ingot_answers_print(const LL_Buffer_InfoTypeDef *output, const ingot_answer *found, unsigned count)
{
    (void)output;
    for (unsigned i = 0; i < count; i++) {
        ingot_print("key point ");
        ingot_print_unsigned(found[i].what);
        ingot_print_score(found[i].score, true);
        ingot_print(" at x ");
        ingot_print_fraction(found[i].left);
        ingot_print(", y ");
        ingot_print_fraction(found[i].top);
        ingot_print("\n");
    }
    if (count == 0)
        ingot_print("no key point above the threshold\n");
}
