/* SPDX-License-Identifier: Apache-2.0 */
/* A score a class: which have the highest. */
#include "app_config.h"

#include "answer.h"
#include "answer_text.h"
#include "output_values.h"

unsigned ingot_answers(const LL_Buffer_InfoTypeDef *outputs, ingot_answer *found, unsigned most)
{
    uint32_t classes = ingot_output_count(outputs);
    unsigned count = 0;
    for (uint32_t what = 0; what < classes; what++) {
        ingot_answer answer = {.what = what, .score = ingot_output_value(outputs, what), .right = 1, .bottom = 1};
        unsigned at = count < most ? count++ : most;
        while (at > 0 && answer.score > found[at - 1].score) { /* of equal scores the first class */
            if (at < most)
                found[at] = found[at - 1];
            at--;
        }
        if (at < most)
            found[at] = answer;
    }
    return count;
}

/* Whether the scores are shares of a whole, as SOFTMAX and LOGISTIC give them. */
static bool are_shares(const LL_Buffer_InfoTypeDef *outputs)
{
    for (uint32_t what = 0; what < ingot_output_count(outputs); what++) {
        float score = ingot_output_value(outputs, what);
        if (!(score >= 0 && score <= 1.001f))
            return false;
    }
    return true;
}

void ingot_answers_print(const LL_Buffer_InfoTypeDef *outputs, const ingot_answer *found, unsigned count)
{
    bool shares = are_shares(outputs);
    for (unsigned i = 0; i < count; i++) {
        if (i && shares && found[i].score < 0.005f)
            break; /* 0 % */
        ingot_print(i ? ", " : "");
        ingot_print_class(found[i].what);
        ingot_print_score(found[i].score, shares);
    }
    ingot_print("\n");
}
