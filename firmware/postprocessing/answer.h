/* SPDX-License-Identifier: Apache-2.0 */
/* What a network says about an input, in one form for every use case.
 *
 * One file of this folder defines the functions: answer_classes.c, answer_keypoints.c and so on. Which, says the
 * application; names and thresholds are in app_config.h, which is included before this header. The host runs the same
 * files (`ingot evaluate`, `emulate`). */
#ifndef INGOT_ANSWER_H
#define INGOT_ANSWER_H

#include <stdint.h>

#include "ll_aton_NN_interface.h"

/* what: number of the class or of the key point; of an anomaly 1, else 0, and its score is the error. Places are fractions of the input's width and height from its upper left
 * corner; a key point has left == right and top == bottom, a class is of the whole input (0, 0, 1, 1). */
typedef struct {
    uint32_t what;
    float score;
    float left, top, right, bottom;
} ingot_answer;

/* To be called with the filled inputs before each inference: keeps of them what the answers need, which is nothing but for
 * anomalies. */
#ifdef INGOT_ANOMALY
void ingot_answers_keep(const LL_Buffer_InfoTypeDef *inputs);
#else
static inline void ingot_answers_keep(const LL_Buffer_InfoTypeDef *inputs)
{
    (void)inputs;
}
#endif

/* Writes what the outputs say, the best first (key points by number), at most `most`. Returns how many. */
unsigned ingot_answers(const LL_Buffer_InfoTypeDef *outputs, ingot_answer *found, unsigned most);

/* Prints them in words, a line a thing: "rose 21 %, tulip 18 %". */
void ingot_answers_print(const LL_Buffer_InfoTypeDef *outputs, const ingot_answer *found, unsigned count);

#endif
