/* SPDX-License-Identifier: Apache-2.0 */
/* The network that is served; the application defines these. */
#ifndef VALIDATE_SERVED_INSTANCE_H
#define VALIDATE_SERVED_INSTANCE_H

#include "ll_aton_runtime.h"

NN_Instance_TypeDef *served_instance(void);
/* Its buffers, behind the last one without a name; NULL when there is no network. */
const LL_Buffer_InfoTypeDef *served_inputs(void);
const LL_Buffer_InfoTypeDef *served_outputs(void);

#endif
