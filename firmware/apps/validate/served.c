/* SPDX-License-Identifier: Apache-2.0 */
/* What serve.c needs to know of the network's buffers: inputs, and outputs, each as one row of bytes. */
#include <string.h>

#include "counter.h"
#include "inference.h"
#include "ingot_runtime.h"
#include "serve.h"
#include "served_instance.h"

const char *served_unit(void)
{
    return ingot_counter_unit;
}

uint64_t served_run(void)
{
    return inference_run(served_instance());
}

uint32_t served_epochs(void)
{
    return inference_epochs();
}

uint32_t served_epoch_cost(uint32_t epoch)
{
    return inference_epoch_cost(epoch);
}

static uint32_t length_of(const LL_Buffer_InfoTypeDef *buffer)
{
    uint32_t n = 0;
    for (; buffer && buffer->name; buffer++)
        n += LL_Buffer_len(buffer);
    return n;
}

static uint32_t crc_of(const LL_Buffer_InfoTypeDef *buffer)
{
    uint32_t crc = 0;
    for (; buffer && buffer->name; buffer++)
        crc = ingot_crc32(crc, LL_Buffer_addr_start(buffer), LL_Buffer_len(buffer));
    return crc;
}

/* Copies n bytes from `from` into the buffers, or out of them to `to`; the other is NULL. */
static void move(const LL_Buffer_InfoTypeDef *buffer, uint32_t offset, const uint8_t *from, uint8_t *to, uint32_t n)
{
    for (; buffer && buffer->name && n; buffer++) {
        uint32_t length = LL_Buffer_len(buffer);
        if (offset >= length) {
            offset -= length;
            continue;
        }
        uint32_t part = n < length - offset ? n : length - offset;
        uint8_t *at = (uint8_t *)LL_Buffer_addr_start(buffer) + offset;
        if (from) {
            memcpy(at, from, part);
            from += part;
        } else {
            memcpy(to, at, part);
            to += part;
        }
        n -= part;
        offset = 0;
    }
}

uint32_t served_input_bytes(void)
{
    return length_of(served_inputs());
}

uint32_t served_output_bytes(void)
{
    return length_of(served_outputs());
}

uint32_t served_input_crc(void)
{
    return crc_of(served_inputs());
}

uint32_t served_output_crc(void)
{
    return crc_of(served_outputs());
}

void served_write_input(uint32_t offset, const uint8_t *from, uint32_t n)
{
    move(served_inputs(), offset, from, NULL, n);
}

void served_read_output(uint32_t offset, uint8_t *to, uint32_t n)
{
    move(served_outputs(), offset, NULL, to, n);
}
