/* SPDX-License-Identifier: Apache-2.0 */
/* A model on trial computes what its image says: golden inputs, and the SHA-256 of the outputs that belong to them.
 *
 * `ingot image self-test` puts both behind an image's params, under the seal. Inputs that are made of a seed are xorshift32
 * (shifts 13, 17, 5), one step a byte, of which the highest eight bits count.
 */
#ifndef INGOT_SELF_TEST_H
#define INGOT_SELF_TEST_H

#include "ingot_reloc_format.h"
#include "ll_aton_NN_interface.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the inputs, runs one inference, and compares. Inputs and outputs are lists that end with one without a name;
 * `infer` runs the network and returns false when it failed. INGOT_UPDATE_OK, or INGOT_UPDATE_SELF_TEST. */
int ingot_self_test(const ingot_self_test_sample *test, const LL_Buffer_InfoTypeDef *inputs,
                    const LL_Buffer_InfoTypeDef *outputs, bool (*infer)(void *context), void *context);

#ifdef __cplusplus
}
#endif

#endif
