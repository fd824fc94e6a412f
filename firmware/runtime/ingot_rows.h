/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs that the network asks for, and outputs that it hands out, some rows at a time (io.input and io.output: rows).
 *
 *     static void camera_rows(void *camera, uint32_t row, uint32_t count, void *rows);
 *     ...
 *     static const ingot_input_rows camera = {camera_rows, &the_camera};
 *     network_set_input(0, (void *)&camera, INGOT_ROWS);
 *
 * The setter copies the struct. A setter that is given a buffer and its size instead has the rows copied from or to it. */
#ifndef INGOT_ROWS_H
#define INGOT_ROWS_H

#include <stdint.h>

/* Writes the rows row, row + 1, ... of an input to `rows`, one behind the other. Rows come once, in ascending order. */
typedef struct ingot_input_rows {
    void (*get)(void *context, uint32_t row, uint32_t count, void *rows);
    void *context;
} ingot_input_rows;

/* Takes the rows row, row + 1, ... of an output from `rows`, which hold them until it returns. */
typedef struct ingot_output_rows {
    void (*put)(void *context, uint32_t row, uint32_t count, const void *rows);
    void *context;
} ingot_output_rows;

/* As the size of what LL_ATON_Set_User_Input_Buffer() and LL_ATON_Set_User_Output_Buffer() are given: it is one of
 * these structs. */
#define INGOT_ROWS 0xFFFFFFFFu

/* Of n rows from row y upwards, those that lie one behind the other in a ring; ring 0: all rows are there. */
static inline uint32_t ingot_rows_together(uint32_t ring, uint32_t y, uint32_t n)
{
    const uint32_t room = ring ? ring - y % ring : n;
    return n < room ? n : room;
}

static inline void *ingot_row_at(void *tensor, uint32_t row_bytes, uint32_t ring, uint32_t y)
{
    return (uint8_t *)tensor + (ring ? y % ring : y) * row_bytes;
}

static inline void ingot_get_rows(const ingot_input_rows *from, void *tensor, uint32_t row_bytes, uint32_t ring,
                                  uint32_t y, uint32_t n)
{
    for (uint32_t run; n; n -= run, y += run) {
        run = ingot_rows_together(ring, y, n);
        from->get(from->context, y, run, ingot_row_at(tensor, row_bytes, ring, y));
    }
}

static inline void ingot_put_rows(const ingot_output_rows *to, void *tensor, uint32_t row_bytes, uint32_t ring,
                                  uint32_t y, uint32_t n)
{
    for (uint32_t run; n; n -= run, y += run) {
        run = ingot_rows_together(ring, y, n);
        to->put(to->context, y, run, ingot_row_at(tensor, row_bytes, ring, y));
    }
}

#endif
