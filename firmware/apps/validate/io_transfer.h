/* SPDX-License-Identifier: Apache-2.0 */
/* A network's inputs and outputs over the transport, in their order; false when the other side is gone. */
#ifndef INGOT_IO_TRANSFER_H
#define INGOT_IO_TRANSFER_H

#include <stdbool.h>

#include "ll_aton_runtime.h"
#include "transport.h"

static inline bool receive(const LL_Buffer_InfoTypeDef *buffer)
{
    for (; buffer->name; buffer++)
        if (!transport_read(LL_Buffer_addr_start(buffer), LL_Buffer_len(buffer)))
            return false;
    return true;
}

static inline bool deliver(const LL_Buffer_InfoTypeDef *buffer)
{
    for (; buffer->name; buffer++)
        if (!transport_write(LL_Buffer_addr_start(buffer), LL_Buffer_len(buffer)))
            return false;
    return true;
}

#endif
