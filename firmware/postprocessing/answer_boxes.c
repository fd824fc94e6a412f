/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of a detector: the best of each object, by greedy suppression of what overlaps it. */
#include "app_config.h"

#include "answer.h"
#include "answer_text.h"
#include "boxes.h"

#ifdef INGOT_BOXES

static const ingot_boxes_definition definition = INGOT_BOXES;

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
        if ((definition.across || found[i].what == box->what) && iou(box, &found[i]) > definition.iou)
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
            one.score = ingot_box_score(&definition, outputs, box, &one.what);
            if (!(one.score >= definition.confidence) || !(one.score > best.score))
                continue;
            if (count && (one.score > found[count - 1].score || (one.score == found[count - 1].score && box <= last)))
                continue;
            ingot_box_place(&definition, outputs, box, &one);
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
