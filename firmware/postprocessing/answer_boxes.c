/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of a detector: the best of each object, by greedy suppression of what overlaps it. */
#include "app_config.h"

#include "answer.h"
#include "answer_text.h"
#include "boxes.h"
#include "exponential.h"
#include "output_values.h"

#ifdef INGOT_BOXES

static const ingot_boxes_definition definition = INGOT_BOXES;
#ifdef INGOT_ANCHORS
static const float anchors[] = INGOT_ANCHORS;
#endif

/* Value `number` of a box; where it stands says the form. */
static float value_of(const LL_Buffer_InfoTypeDef *output, uint32_t box, uint32_t number)
{
    if (definition.form == INGOT_BOXES_COLUMNS)
        return ingot_output_value(output, number * definition.boxes + box);
    return ingot_output_value(output, box * definition.values + number);
}

/* The class with the highest value, and that value. */
static float best_class(const LL_Buffer_InfoTypeDef *output, uint32_t box, uint32_t first, uint32_t *what)
{
    float best = value_of(output, box, first);
    *what = 0;
    for (uint32_t i = 1; i < definition.classes; i++) {
        const float value = value_of(output, box, first + i);
        if (value > best) {
            best = value;
            *what = i;
        }
    }
    return best;
}

#ifdef INGOT_ANCHORS
/* The share of the best class of a grid's box: SOFTMAX of its values. */
static float share_of(const LL_Buffer_InfoTypeDef *output, uint32_t box, float best)
{
    float total = 0;
    for (uint32_t i = 0; i < definition.classes; i++)
        total += ingot_exponential(value_of(output, box, 5 + i) - best);
    return 1 / total;
}
#endif

/* Class and score of a box. */
static float score_of(const LL_Buffer_InfoTypeDef *output, uint32_t box, uint32_t *what)
{
    if (definition.form == INGOT_BOXES_COLUMNS)
        return best_class(output, box, 4, what);
    const float best = best_class(output, box, 5, what), object = value_of(output, box, 4);
#ifdef INGOT_ANCHORS
    return ingot_logistic(object) * share_of(output, box, best);
#else
    return object * best;
#endif
}

static void place(const LL_Buffer_InfoTypeDef *output, uint32_t box, ingot_answer *found)
{
    float x = value_of(output, box, 0), y = value_of(output, box, 1);
    float width = value_of(output, box, 2), height = value_of(output, box, 3);
#ifdef INGOT_ANCHORS
    const uint32_t count = sizeof anchors / sizeof anchors[0] / 2, cell = box / count;
    x = ((float)(cell % definition.columns) + ingot_logistic(x)) / (float)definition.columns;
    y = ((float)(cell / definition.columns) + ingot_logistic(y)) / (float)definition.rows;
    width = anchors[box % count * 2] * ingot_exponential(width) / (float)definition.columns;
    height = anchors[box % count * 2 + 1] * ingot_exponential(height) / (float)definition.rows;
#endif
    found->left = x - width / 2;
    found->top = y - height / 2;
    found->right = x + width / 2;
    found->bottom = y + height / 2;
}

static float overlap(float low, float high, float other_low, float other_high)
{
    const float from = low > other_low ? low : other_low, to = high < other_high ? high : other_high;
    return to > from ? to - from : 0;
}

/* Intersection over union. */
static float iou(const ingot_answer *a, const ingot_answer *b)
{
    const float common = overlap(a->left, a->right, b->left, b->right) * overlap(a->top, a->bottom, b->top, b->bottom);
    const float both = (a->right - a->left) * (a->bottom - a->top) + (b->right - b->left) * (b->bottom - b->top);
    return both - common > 0 ? common / (both - common) : 0;
}

static bool suppressed(const ingot_answer *box, const ingot_answer *found, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (found[i].what == box->what && iou(box, &found[i]) > definition.iou)
            return true;
    return false;
}

/* No list of candidates: the outputs are gone through once for each box that is found. */
unsigned ingot_answers(const LL_Buffer_InfoTypeDef *outputs, ingot_answer *found, unsigned most)
{
    unsigned count = 0;
    uint32_t last = 0; /* the box found before, behind which equal scores come */
    most = most < definition.most ? most : definition.most;
    while (count < most) {
        ingot_answer best = {.score = -1};
        uint32_t at = 0;
        for (uint32_t box = 0; box < definition.boxes; box++) {
            ingot_answer one;
            one.score = score_of(outputs, box, &one.what);
            if (!(one.score >= definition.confidence) || !(one.score > best.score))
                continue;
            if (count && (one.score > found[count - 1].score || (one.score == found[count - 1].score && box <= last)))
                continue;
            place(outputs, box, &one);
            if (suppressed(&one, found, count))
                continue;
            best = one;
            at = box;
        }
        if (best.score < 0)
            break;
        found[count++] = best;
        last = at;
    }
    return count;
}

void ingot_answers_print(const LL_Buffer_InfoTypeDef *outputs, const ingot_answer *found, unsigned count)
{
    (void)outputs;
    for (unsigned i = 0; i < count; i++) {
        ingot_print_class(found[i].what);
        ingot_print_score(found[i].score, true);
        ingot_print(" at x ");
        ingot_print_fraction(found[i].left);
        ingot_print(" to ");
        ingot_print_fraction(found[i].right);
        ingot_print(", y ");
        ingot_print_fraction(found[i].top);
        ingot_print(" to ");
        ingot_print_fraction(found[i].bottom);
        ingot_print("\n");
    }
    if (count == 0)
        ingot_print("nothing above the threshold\n");
}

#endif
