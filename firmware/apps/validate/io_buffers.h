/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for inputs and outputs that the network leaves to the application (io.placement: application). */
#ifndef INGOT_IO_BUFFERS_H
#define INGOT_IO_BUFFERS_H

#include "ll_aton_runtime.h"
#include "ingot_versions.h"

/* Gives the instance a buffer for each of them. Stops the firmware when the memory does not suffice. */
void io_buffers_allocate(const NN_Instance_TypeDef *instance);

#endif
