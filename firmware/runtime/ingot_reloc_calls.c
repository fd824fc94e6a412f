/* SPDX-License-Identifier: Apache-2.0 */
/* Calls from the firmware into an installed image. */
#include "ingot_reloc.h"
#include "ingot_reloc_format.h"

#if defined(__arm__)
/* r9 is the image's; this firmware's own value of it comes back afterwards. An even number of registers keeps the stack
 * 8-aligned. Armv6-M loads and saves low registers only. */
__attribute__((naked, noinline)) uintptr_t ingot_reloc_call(uintptr_t a __attribute__((unused)),
                                                            uintptr_t b __attribute__((unused)),
                                                            uintptr_t c __attribute__((unused)),
                                                            uintptr_t function __attribute__((unused)),
                                                            uintptr_t data __attribute__((unused)))
{
#if __ARM_ARCH_ISA_THUMB >= 2
    __asm volatile("push {r9, lr}\n\t"
                   "ldr r9, [sp, #8]\n\t"
                   "blx r3\n\t"
                   "pop {r9, pc}");
#else
    __asm volatile("push {r4-r6, lr}\n\t"
                   "mov r4, r9\n\t"
                   "ldr r5, [sp, #16]\n\t"
                   "mov r9, r5\n\t"
                   "blx r3\n\t"
                   "mov r9, r4\n\t"
                   "pop {r4-r6, pc}");
#endif
}
#else
/* A host cannot run an image. */
__attribute__((weak)) uintptr_t ingot_reloc_call(uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t function,
                                                 uintptr_t data)
{
    (void)a, (void)b, (void)c, (void)function, (void)data;
    return 0;
}
#endif

static const ingot_reloc_context *context_of(const NN_Instance_TypeDef *instance)
{
    return (const ingot_reloc_context *)instance->exec_state.inst_reloc;
}

static const ingot_reloc_header *header_of(const NN_Instance_TypeDef *instance)
{
    return (const ingot_reloc_header *)(uintptr_t)context_of(instance)->rom_addr;
}

static uintptr_t call(const NN_Instance_TypeDef *instance, uint32_t entry, uintptr_t a, uintptr_t b, uintptr_t c)
{
    const ingot_reloc_context *context = context_of(instance);
    return ingot_reloc_call(a, b, c, context->rom_addr + INGOT_RELOC_OFFSET(entry), context->ram_addr);
}

int ll_aton_reloc_is_valid(const NN_Instance_TypeDef *instance)
{
    return instance && instance->exec_state.inst_reloc &&
           (context_of(instance)->state & INGOT_RELOC_STATE_INSTALLED) != 0;
}

bool ingot_reloc_network_init(const NN_Instance_TypeDef *instance)
{
    return (uint8_t)call(instance, header_of(instance)->ec_network_init, 0, 0, 0);
}

bool ingot_reloc_inference_init(const NN_Instance_TypeDef *instance)
{
    return (uint8_t)call(instance, header_of(instance)->ec_inference_init, 0, 0, 0);
}

const EpochBlock_ItemTypeDef *ingot_reloc_epoch_items(const NN_Instance_TypeDef *instance)
{
    return (const EpochBlock_ItemTypeDef *)call(instance, header_of(instance)->epoch_items, 0, 0, 0);
}

void ingot_reloc_run(const NN_Instance_TypeDef *instance, EpochBlock_FuncPtr_t function,
                     const EpochBlock_ItemTypeDef *block)
{
    (void)ingot_reloc_call((uintptr_t)block, 0, 0, (uintptr_t)function, context_of(instance)->ram_addr);
}

static const LL_Buffer_InfoTypeDef *item(const LL_Buffer_InfoTypeDef *table, int32_t number)
{
    if (!table || number < 0)
        return table;
    for (; table->name; table++)
        if (number-- == 0)
            return table;
    return NULL;
}

const LL_Buffer_InfoTypeDef *ll_aton_reloc_get_input_buffers_info(const NN_Instance_TypeDef *instance, int32_t number)
{
    if (!ll_aton_reloc_is_valid(instance))
        return NULL;
    return item((const LL_Buffer_InfoTypeDef *)call(instance, header_of(instance)->input_buffers_info, 0, 0, 0), number);
}

const LL_Buffer_InfoTypeDef *ll_aton_reloc_get_output_buffers_info(const NN_Instance_TypeDef *instance, int32_t number)
{
    if (!ll_aton_reloc_is_valid(instance))
        return NULL;
    return item((const LL_Buffer_InfoTypeDef *)call(instance, header_of(instance)->output_buffers_info, 0, 0, 0),
                number);
}

const LL_Buffer_InfoTypeDef *ll_aton_reloc_get_internal_buffers_info(const NN_Instance_TypeDef *instance)
{
    if (!ll_aton_reloc_is_valid(instance))
        return NULL;
    return (const LL_Buffer_InfoTypeDef *)call(instance, header_of(instance)->internal_buffers_info, 0, 0, 0);
}

LL_ATON_User_IO_Result_t ll_aton_reloc_set_input(const NN_Instance_TypeDef *instance, uint32_t number, void *buffer,
                                                 uint32_t size)
{
    if (!ll_aton_reloc_is_valid(instance))
        return LL_ATON_User_IO_WRONG_INDEX;
    return (LL_ATON_User_IO_Result_t)call(instance, header_of(instance)->input_setter, number, (uintptr_t)buffer, size);
}

LL_ATON_User_IO_Result_t ll_aton_reloc_set_output(const NN_Instance_TypeDef *instance, uint32_t number, void *buffer,
                                                  uint32_t size)
{
    if (!ll_aton_reloc_is_valid(instance))
        return LL_ATON_User_IO_WRONG_INDEX;
    return (LL_ATON_User_IO_Result_t)call(instance, header_of(instance)->output_setter, number, (uintptr_t)buffer,
                                          size);
}

void *ll_aton_reloc_get_input(const NN_Instance_TypeDef *instance, uint32_t number)
{
    return ll_aton_reloc_is_valid(instance) ? (void *)call(instance, header_of(instance)->input_getter, number, 0, 0)
                                            : NULL;
}

void *ll_aton_reloc_get_output(const NN_Instance_TypeDef *instance, uint32_t number)
{
    return ll_aton_reloc_is_valid(instance) ? (void *)call(instance, header_of(instance)->output_getter, number, 0, 0)
                                            : NULL;
}
