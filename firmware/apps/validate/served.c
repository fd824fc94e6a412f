/* What serve.c needs to know of the network's buffers: inputs, and outputs, each as one row of bytes. */
#include <string.h>

#include "ingot_runtime.h"
#include "serve.h"
#include "served_instance.h"

#define INPUTS LL_ATON_Input_Buffers_Info(served_instance())
#define OUTPUTS LL_ATON_Output_Buffers_Info(served_instance())

const char *served_name(void)
{
    return served_instance()->network->network_name;
}

static uint32_t length_of(const LL_Buffer_InfoTypeDef *buffer)
{
    uint32_t n = 0;
    for (; buffer->name; buffer++)
        n += LL_Buffer_len(buffer);
    return n;
}

static uint32_t crc_of(const LL_Buffer_InfoTypeDef *buffer)
{
    uint32_t crc = 0;
    for (; buffer->name; buffer++)
        crc = ingot_crc32(crc, LL_Buffer_addr_start(buffer), LL_Buffer_len(buffer));
    return crc;
}

/* Copies n bytes from `from` into the buffers, or out of them to `to`; the other is NULL. */
static void move(const LL_Buffer_InfoTypeDef *buffer, uint32_t offset, const uint8_t *from, uint8_t *to, uint32_t n)
{
    for (; buffer->name && n; buffer++) {
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
    return length_of(INPUTS);
}

uint32_t served_output_bytes(void)
{
    return length_of(OUTPUTS);
}

uint32_t served_input_crc(void)
{
    return crc_of(INPUTS);
}

uint32_t served_output_crc(void)
{
    return crc_of(OUTPUTS);
}

void served_write_input(uint32_t offset, const uint8_t *from, uint32_t n)
{
    move(INPUTS, offset, from, NULL, n);
}

void served_read_output(uint32_t offset, uint8_t *to, uint32_t n)
{
    move(OUTPUTS, offset, NULL, to, n);
}
