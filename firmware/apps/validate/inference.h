/* SPDX-License-Identifier: Apache-2.0 */
/* One inference after the other, and what each of their epochs costs. */
#ifndef VALIDATE_INFERENCE_H
#define VALIDATE_INFERENCE_H

#include "ll_aton_runtime.h"
#include "ingot_versions.h"

/* Runs the network once, tells serve.h how far it is, and returns the cost without that of the telling. */
uint64_t inference_run(NN_Instance_TypeDef *instance);
/* Epochs of the last inference, and the cost of each; only the first 1024 are kept. */
uint32_t inference_epochs(void);
uint32_t inference_epoch_cost(uint32_t epoch);

#endif
