/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and names as the answers print them. */
#ifndef INGOT_ANSWER_TEXT_H
#define INGOT_ANSWER_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "ingot_runtime.h"

/* number * parts to the nearest, halves away from zero; parts: 1, 100, ... Beyond 32 bits: the largest. */
static inline int32_t ingot_rounded(float number, float parts)
{
    float whole = number * parts;
    if (!(whole < 2147483520.0f && whole > -2147483520.0f))
        return whole < 0 ? -2147483520 : 2147483520;
    return (int32_t)(whole < 0 ? whole - 0.5f : whole + 0.5f);
}

static inline void ingot_print_signed(int32_t number)
{
    if (number < 0)
        ingot_print("-");
    ingot_print_unsigned(number < 0 ? (uint32_t)0 - (uint32_t)number : (uint32_t)number);
}

/* " 21 %" of a share, " 5.21" of any other score. */
static inline void ingot_print_score(float score, bool share)
{
    int32_t number = ingot_rounded(score, 100.0f), size = number < 0 ? -number : number;
    ingot_print(" ");
    if (share) {
        ingot_print_signed(number);
        ingot_print(" %");
        return;
    }
    ingot_print(number < 0 ? "-" : "");
    ingot_print_unsigned((uint32_t)size / 100);
    ingot_print(size % 100 < 10 ? ".0" : ".");
    ingot_print_unsigned((uint32_t)size % 100);
}

/* "34.2 %" of a fraction. */
static inline void ingot_print_fraction(float fraction)
{
    int32_t number = ingot_rounded(fraction, 1000.0f), size = number < 0 ? -number : number;
    ingot_print(number < 0 ? "-" : "");
    ingot_print_unsigned((uint32_t)size / 10);
    ingot_print(".");
    ingot_print_unsigned((uint32_t)size % 10);
    ingot_print(" %");
}

/* The name of a class by app_config.h, or "class 7". */
static inline void ingot_print_class(uint32_t number)
{
#ifdef INGOT_CLASS_LABELS
    static const char *const labels[] = INGOT_CLASS_LABELS;
    if (number < sizeof labels / sizeof labels[0]) {
        ingot_print(labels[number]);
        return;
    }
#endif
    ingot_print("class ");
    ingot_print_unsigned(number);
}

#endif
