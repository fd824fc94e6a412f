/* SPDX-License-Identifier: Apache-2.0 */
#include "io_buffers.h"

#include "ingot_runtime.h"

/* The heap of the linker script: the validate firmware uses no malloc. */
extern uint8_t _sheap[], _eheap[];

#define ALIGNMENT 32u

static uint8_t *next_free;

static void allocate(const LL_Buffer_InfoTypeDef *buffer, NN_InputSetter_TypeDef set)
{
    for (uint32_t number = 0; buffer[number].name; number++) {
        if (!buffer[number].is_user_allocated)
            continue;
        uint32_t size = buffer[number].offset_end;
        uintptr_t start = ((uintptr_t)next_free + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
        if (start + size > (uintptr_t)_eheap)
            ingot_stop("the heap is too small for the inputs and outputs of the network: raise heap_size");
        if (set(number, (void *)start, size) != LL_ATON_User_IO_NOERROR)
            ingot_stop("the network refused a buffer for an input or output");
        next_free = (uint8_t *)start + size;
    }
}

void io_buffers_allocate(const NN_Instance_TypeDef *instance)
{
    next_free = _sheap;
    allocate(LL_ATON_Input_Buffers_Info(instance), instance->network->input_setter);
    allocate(LL_ATON_Output_Buffers_Info(instance), instance->network->output_setter);
}
