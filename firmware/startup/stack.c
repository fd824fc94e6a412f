/* SPDX-License-Identifier: Apache-2.0 */
#include "stack.h"

extern uint32_t _sstack[], _estack[];

#define PAINT 0xC5A3C5A3u

void ingot_stack_paint(void)
{
    uint32_t *here = __builtin_frame_address(0);
    for (volatile uint32_t *word = _sstack; word < here - 16; word++)
        *word = PAINT;
}

uint32_t ingot_stack_used(void)
{
    const uint32_t *word = _sstack;
    while (word < _estack && *word == PAINT)
        word++;
    return (uint32_t)((uintptr_t)_estack - (uintptr_t)word);
}

uint32_t ingot_stack_size(void)
{
    return (uint32_t)((uintptr_t)_estack - (uintptr_t)_sstack);
}
