/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of a YOLO head: scores and places from one output. */
#include "app_config.h"

#include "boxes.h"
#include "exponential.h"
#include "output_values.h"

#if defined(INGOT_BOXES) && !defined(INGOT_SSD)

#ifdef INGOT_ANCHORS
static const float anchors[] = INGOT_ANCHORS;
#endif

/* Value `number` of a box; where it stands says the form. */
static float value_of(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *output, uint32_t box,
                      uint32_t number)
{
    if (boxes->form == INGOT_BOXES_COLUMNS)
        return ingot_output_value(output, number * boxes->boxes + box);
    return ingot_output_value(output, box * boxes->values + number);
}

/* The class with the highest value, and that value. */
static float best_class(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *output, uint32_t box,
                        uint32_t first, uint32_t *what)
{
    float best = value_of(boxes, output, box, first);
    *what = 0;
    for (uint32_t i = 1; i < boxes->classes; i++) {
        const float value = value_of(boxes, output, box, first + i);
        if (value > best) {
            best = value;
            *what = i;
        }
    }
    return best;
}

#ifdef INGOT_ANCHORS
/* The share of the best class of a grid's box: SOFTMAX of its values. */
static float share_of(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *output, uint32_t box, float best)
{
    float total = 0;
    for (uint32_t i = 0; i < boxes->classes; i++)
        total += ingot_exponential(value_of(boxes, output, box, 5 + i) - best);
    return 1 / total;
}
#endif

float ingot_box_score(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *output, uint32_t box,
                      uint32_t *what)
{
    if (boxes->form == INGOT_BOXES_COLUMNS)
        return best_class(boxes, output, box, 4, what);
    const float best = best_class(boxes, output, box, 5, what), object = value_of(boxes, output, box, 4);
#ifdef INGOT_ANCHORS
    return ingot_logistic(object) * share_of(boxes, output, box, best);
#else
    return object * best;
#endif
}

void ingot_box_place(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *output, uint32_t box,
                     ingot_answer *found)
{
    float x = value_of(boxes, output, box, 0), y = value_of(boxes, output, box, 1);
    float width = value_of(boxes, output, box, 2), height = value_of(boxes, output, box, 3);
#ifdef INGOT_ANCHORS
    const uint32_t count = sizeof anchors / sizeof anchors[0] / 2, cell = box / count;
    x = ((float)(cell % boxes->columns) + ingot_logistic(x)) / (float)boxes->columns;
    y = ((float)(cell / boxes->columns) + ingot_logistic(y)) / (float)boxes->rows;
    width = anchors[box % count * 2] * ingot_exponential(width) / (float)boxes->columns;
    height = anchors[box % count * 2 + 1] * ingot_exponential(height) / (float)boxes->rows;
#endif
    found->left = x - width / 2;
    found->top = y - height / 2;
    found->right = x + width / 2;
    found->bottom = y + height / 2;
}

#endif
