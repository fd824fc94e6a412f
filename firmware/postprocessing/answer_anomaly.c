/* SPDX-License-Identifier: Apache-2.0 */
/* How far the output of an autoencoder is from its input, which is kept: inference may write over it. */
#include "app_config.h"

#include <string.h>

#include "answer.h"
#include "answer_text.h"
#include "output_values.h"

#ifdef INGOT_ANOMALY

/* threshold: errors above it are of an anomaly. decimals: digits behind the point that are printed of an error. */
static const struct {
    float threshold;
    uint8_t decimals;
} definition = INGOT_ANOMALY;

static _Alignas(8) uint8_t bytes[INGOT_ANOMALY_BYTES];
static LL_Buffer_InfoTypeDef kept; /* the input's description, of those bytes */

void ingot_answers_keep(const LL_Buffer_InfoTypeDef *inputs)
{
    if (LL_Buffer_len(inputs) != sizeof bytes)
        ingot_stop("app_config.h and network.c differ in the size of the input");
    memcpy(bytes, LL_Buffer_addr_start(inputs), sizeof bytes);
    kept = *inputs;
    kept.addr_base.p = bytes;
    kept.is_user_allocated = 0;
    kept.offset_start = 0;
    kept.offset_end = kept.offset_limit = sizeof bytes;
}

/* The mean of (input - output)^2. */
static float error_of(const LL_Buffer_InfoTypeDef *output)
{
    const uint32_t count = ingot_output_count(output);
    float sum = 0;
    if (!kept.name || ingot_output_count(&kept) != count)
        ingot_stop("the input was not kept, or has not as many numbers as the output");
    for (uint32_t i = 0; i < count; i++) {
        const float apart = ingot_output_value(&kept, i) - ingot_output_value(output, i);
        sum += apart * apart;
    }
    return sum / (float)count;
}

unsigned ingot_answers(const LL_Buffer_InfoTypeDef *outputs, ingot_answer *found, unsigned most)
{
    const float error = error_of(outputs);
    if (most == 0)
        return 0;
    found[0] = (ingot_answer){!(error <= definition.threshold), error, 0, 0, 1, 1};
    return 1;
}

/* " 0.031", or " 4000.000 or more" where 32 bits of thousandths end. */
static void print_error(float error)
{
    uint32_t parts = 1;
    for (unsigned i = 0; i < definition.decimals; i++)
        parts *= 10;
    const bool is_large = !(error * (float)parts < 4e9f);
    const uint32_t number = is_large ? 4000000000u : (uint32_t)(error * (float)parts + 0.5f);
    ingot_print(" ");
    ingot_print_unsigned(number / parts);
    if (parts > 1)
        ingot_print(".");
    for (uint32_t digit = parts / 10; digit; digit /= 10)
        ingot_print_unsigned(number / digit % 10);
    if (is_large)
        ingot_print(" or more");
}

void ingot_answers_print(const LL_Buffer_InfoTypeDef *outputs, const ingot_answer *found, unsigned count)
{
    (void)outputs;
    if (count == 0)
        return;
    ingot_print_class(found[0].what);
    print_error(found[0].score);
    if (found[0].what) {
        ingot_print(" >");
        print_error(definition.threshold);
    }
    ingot_print("\n");
}

#endif
