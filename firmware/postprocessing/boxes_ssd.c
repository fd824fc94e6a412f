/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of an SSD: each is an anchor that its offsets move and stretch (W. Liu et al., "SSD: Single Shot MultiBox
 * Detector", ECCV 2016; TensorFlow's FasterRcnnBoxCoder, as TFLite_Detection_PostProcess decodes it). */
#include "app_config.h"

#include "boxes.h"
#include "exponential.h"
#include "output_values.h"

#ifdef INGOT_SSD

static const ingot_ssd_definition ssd = INGOT_SSD;
#ifdef INGOT_ANCHORS
static const float anchors[] = INGOT_ANCHORS;
#endif

static float anchor_of(const LL_Buffer_InfoTypeDef *outputs, uint32_t box, uint32_t number)
{
#ifdef INGOT_ANCHORS
    (void)outputs;
    return anchors[box * 4 + number];
#else
    return ingot_output_value(&outputs[ssd.anchors], box * 4 + number);
#endif
}

/* SOFTMAX's share of the value `best`. */
static float share_of(const LL_Buffer_InfoTypeDef *scores, uint32_t first, uint32_t count, float best)
{
    float total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += ingot_exponential(ingot_output_value(scores, first + i) - best);
    return 1 / total;
}

float ingot_box_score(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *outputs, uint32_t box,
                      uint32_t *what)
{
    const LL_Buffer_InfoTypeDef *scores = &outputs[ssd.scores];
    const uint32_t count = (uint32_t)ssd.background + boxes->classes, first = box * count;
    float best = ingot_output_value(scores, first + ssd.background);
    *what = 0;
    for (uint32_t i = 1; i < boxes->classes; i++) {
        const float value = ingot_output_value(scores, first + ssd.background + i);
        if (value > best) {
            best = value;
            *what = i;
        }
    }
    if (ssd.activation == INGOT_SSD_SOFTMAX)
        return share_of(scores, first, count, best);
    return ssd.activation == INGOT_SSD_LOGISTIC ? ingot_logistic(best) : best;
}

static void stretched(float centre, float size, float offset, float growth, float *low, float *high)
{
    const float middle = offset * size + centre, half = 0.5f * ingot_exponential(growth) * size;
    *low = middle - half;
    *high = middle + half;
}

void ingot_box_place(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *outputs, uint32_t box,
                     ingot_answer *found)
{
    (void)boxes;
    float anchor[4], offset[4];
    for (uint32_t i = 0; i < 4; i++) {
        anchor[i] = anchor_of(outputs, box, i);
        offset[i] = ingot_output_value(&outputs[ssd.offsets], box * 4 + i) / ssd.scales[i];
    }
    if (ssd.order == INGOT_SSD_CORNERS) {
        const float width = anchor[2] - anchor[0], height = anchor[3] - anchor[1];
        found->left = offset[0] * width + anchor[0];
        found->top = offset[1] * height + anchor[1];
        found->right = offset[2] * width + anchor[2];
        found->bottom = offset[3] * height + anchor[3];
        return;
    }
    const uint32_t x = ssd.order == INGOT_SSD_XYWH ? 0 : 1, y = 1 - x;
    stretched(anchor[x], anchor[x + 2], offset[x], offset[x + 2], &found->left, &found->right);
    stretched(anchor[y], anchor[y + 2], offset[y], offset[y + 2], &found->top, &found->bottom);
}

#endif
