/* SPDX-License-Identifier: 0BSD */
/* Rows on demand: the network asks for rows of its input when it needs them, and hands rows of its output out.
 *
 * `io: {input: rows, output: rows}` in the model.yaml, or io_input=rows io_output=rows: neither image is whole in RAM.
 */
#include "ingot_network.h"
#include "ingot_runtime.h"
#include "network.h"

#if !NETWORK_USER_INPUTS || !NETWORK_USER_OUTPUTS
#error "This example needs io: {input: rows, output: rows} in the model.yaml."
#endif

#define FRAMES 2u

INGOT_NETWORK(network)

/* A camera that makes its rows when it is asked. On a board, this waits until DMA has brought them. */
typedef struct camera {
    uint32_t frame, next;
} camera;

static void camera_rows(void *context, uint32_t row, uint32_t count, void *rows)
{
    camera *self = context;
    uint8_t *to = rows;
    const uint32_t begin = row * NETWORK_IN_1_ROW_BYTES, end = begin + count * NETWORK_IN_1_ROW_BYTES;
    if (row < self->next)
        ingot_stop("the network asked for a row again");
    self->next = row + count;
    for (uint32_t place = begin; place < end; place++)
        *to++ = (uint8_t)(place * 7u + (place >> 8) + self->frame * 31u);
}

/* A display, a radio: here, a checksum. */
static void sum_rows(void *context, uint32_t row, uint32_t count, const void *rows)
{
    uint32_t *crc = context;
    (void)row;
    *crc = ingot_crc32(*crc, rows, count * NETWORK_OUT_1_ROW_BYTES);
}

int main(void)
{
    static camera eye;
    static uint32_t crc;
    static ingot_input_rows source = {camera_rows, &eye};
    static ingot_output_rows sink = {sum_rows, &crc};
    network_init();
    if (!network_set_input(0, &source, INGOT_ROWS) || !network_set_output(0, &sink, INGOT_ROWS))
        ingot_stop("the network wants buffers, not rows");
    for (uint32_t frame = 0; frame < FRAMES; frame++) {
        eye = (camera){frame, 0};
        crc = 0;
        network_run();
        ingot_print("frame ");
        ingot_print_unsigned(frame);
        ingot_print(": output ");
        ingot_print_hex(crc);
        ingot_print("\n");
    }
    return 0;
}
