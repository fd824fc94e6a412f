/* SPDX-License-Identifier: Apache-2.0 */
/* How the sum of a multiply-accumulate kernel becomes a number of the output: with two words of the channel.
 *
 * INGOT_EVEN, defined before this is included, is the arithmetic of QDQ models (requantize_even.h): the words are the bias
 * and a float scale. Else it is LiteRT's, with a multiplier and a shift. The parameter blocks have the same layout. */
#ifndef INGOT_MAC_RESULT_H
#define INGOT_MAC_RESULT_H

#include "mac_params.h"
#ifdef INGOT_EVEN
#include "requantize_even.h"
#endif
#include "requantize_dsp.h"

/* Not clamped. */
INGOT_INLINE int32_t ingot_mac_result(int32_t sum, int32_t first, int32_t second, int32_t zero)
{
#ifdef INGOT_EVEN
    return ingot_requantize_even(sum, first, second, zero);
#else
    return ingot_requantize_one(sum, first, second) + zero;
#endif
}

#endif
