/* SPDX-License-Identifier: Apache-2.0 */
/* For an image around ST's runtime: the table of a network's internal tensors, empty as in ST's own images. */
#include "ll_aton_NN_interface.h"

const LL_Buffer_InfoTypeDef *ingot_no_internal_buffers(void);

const LL_Buffer_InfoTypeDef *ingot_no_internal_buffers(void)
{
    static const LL_Buffer_InfoTypeDef none[1] = {{.name = 0}};
    return none;
}
