/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ingot_reloc_check.h"
#include "ingot_reloc_port.h"
#include "ingot_runtime.h"

#define POINTER(address) ((void *)(uintptr_t)(address))

static const ingot_reloc_policy anything;

__attribute__((weak)) const ingot_reloc_policy *ingot_reloc_policy_of(uintptr_t file)
{
    (void)file;
    return &anything;
}

/* ST's images reach the host's functions through a table of 21. Ingot's need none of them. */
static void not_provided(void)
{
    ingot_stop("the network calls a function of ST's runtime, which this firmware does not have");
}

typedef void (*host_function)(void);

__attribute__((weak)) const host_function *ingot_reloc_host_table(void);

__attribute__((weak)) const host_function *ingot_reloc_host_table(void)
{
    static const host_function none[21] = {
        not_provided, not_provided, not_provided, not_provided, not_provided, not_provided, not_provided,
        not_provided, not_provided, not_provided, not_provided, not_provided, not_provided, not_provided,
        not_provided, not_provided, not_provided, not_provided, not_provided, not_provided, not_provided,
    };
    return none;
}

static void fill_pools(const ingot_reloc_plan *plan, bool clear)
{
    for (uint32_t i = 0; i < plan->pools; i++) {
        const ingot_reloc_descriptor *pool = &plan->pool[i];
        bool relative = ingot_reloc_is_relative(pool);
        if (relative && !(pool->flags & 1u))
            continue; /* stays where it is */
        uint32_t to = relative ? plan->pool_address[1] : pool->dst;
        if (ingot_reloc_pool_has_params(pool))
            memcpy(POINTER(to), POINTER(plan->params + pool->offset), pool->size);
        else if (clear)
            memset(POINTER(to), 0, pool->size);
        else
            continue;
        ingot_reloc_synchronize(to, pool->size);
    }
}

/* The word in RAM was copied there; it and the entry that leads to it are checked again, since they were read again. */
static bool relocate(const ingot_reloc_plan *plan, uint32_t offset)
{
    uint32_t *word = POINTER(plan->ram + offset);
    return ingot_reloc_place(plan, *word, word);
}

/* The file's form of the word is read from the file, so that a word may be named twice. */
static bool relocate_entry(const ingot_reloc_plan *plan, uint32_t entry)
{
    if (!ingot_reloc_is_data_word(plan, entry))
        return false;
    uint32_t offset = INGOT_RELOC_OFFSET(entry);
    *(uint32_t *)POINTER(plan->ram + offset) = ingot_reloc_word(plan->file + plan->ro + offset);
    return relocate(plan, offset);
}

static bool write_image(const ingot_reloc_plan *plan)
{
    const ingot_reloc_header *h = &plan->header;
    if (plan->rom != plan->file)
        memcpy(POINTER(plan->rom), POINTER(plan->file), plan->ro);
    memcpy(POINTER(plan->ram), POINTER(plan->file + plan->ro), plan->stored);
    memset(POINTER(plan->ram + plan->stored), 0, plan->rw - plan->stored);
    bool sound = true;
    for (uint32_t at = INGOT_RELOC_OFFSET(h->got_start); at < plan->stored; at += 4)
        sound = relocate(plan, at) && sound;
    for (uint32_t at = INGOT_RELOC_OFFSET(h->rel_start); at < INGOT_RELOC_OFFSET(h->rel_end); at += 4)
        sound = relocate_entry(plan, ingot_reloc_word(plan->file + at)) && sound;
    return sound;
}

static void write_context(const ingot_reloc_plan *plan, NN_Instance_TypeDef *instance)
{
    ingot_reloc_context *context = POINTER(plan->ram + INGOT_RELOC_OFFSET(plan->header.ctx));
    context->state = INGOT_RELOC_STATE_INSTALLED | (plan->rom == plan->file ? INGOT_RELOC_STATE_XIP : 0);
    context->file_addr = plan->file;
    context->ram_addr = plan->ram;
    context->rom_addr = plan->rom;
    context->cbs = (uint32_t)(uintptr_t)ingot_reloc_host_table();
    context->instance = (uint32_t)(uintptr_t)instance;
    memset(&instance->exec_state, 0, sizeof instance->exec_state);
    instance->network = POINTER(plan->ram + INGOT_RELOC_OFFSET(plan->context.itf_network));
    instance->exec_state.inst_reloc = (uintptr_t)context;
}

int ingot_reloc_install(uintptr_t file, const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                        NN_Instance_TypeDef *instance)
{
    ingot_reloc_plan plan;
    if (!config || !instance)
        return INGOT_REFUSED_ARGUMENT;
    uint32_t mode = config->mode & ~(uint32_t)AI_RELOC_RT_LOAD_MODE_CLEAR;
    if (mode != AI_RELOC_RT_LOAD_MODE_XIP && mode != AI_RELOC_RT_LOAD_MODE_COPY)
        return INGOT_REFUSED_MODE;
    policy = policy ? policy : &anything;
    int status = ingot_reloc_check_image(file, policy, &plan);
    status = status ? status : ingot_reloc_check_content(config->ext_param_addr, policy, &plan);
    status = status ? status : ingot_reloc_check_places(config, policy, instance, &plan);
    if (status)
        return status;
    fill_pools(&plan, (config->mode & AI_RELOC_RT_LOAD_MODE_CLEAR) != 0);
    if (!write_image(&plan))
        return INGOT_REFUSED_CHANGED;
    write_context(&plan, instance);
    uint32_t start = plan.rom == plan.file ? plan.ram : plan.rom;
    ingot_reloc_synchronize(start, plan.ram + plan.rw - start);
    return INGOT_RELOC_OK;
}

int ll_aton_reloc_install(uintptr_t file, const ll_aton_reloc_config *config, NN_Instance_TypeDef *instance)
{
    return ingot_reloc_install(file, config, ingot_reloc_policy_of(file), instance);
}

int ingot_reloc_uninstall(NN_Instance_TypeDef *instance)
{
    if (!instance || !instance->exec_state.inst_reloc)
        return INGOT_REFUSED_NOT_INSTALLED;
    ingot_reloc_context *context = POINTER(instance->exec_state.inst_reloc);
    context->state = 0;
    memset(&instance->exec_state, 0, sizeof instance->exec_state);
    instance->network = NULL;
    return INGOT_RELOC_OK;
}

int ll_aton_reloc_get_info(uintptr_t file, ll_aton_reloc_info *info)
{
    ingot_reloc_plan plan;
    if (!info)
        return INGOT_REFUSED_ARGUMENT;
    int status = ingot_reloc_check_image(file, ingot_reloc_policy_of(file), &plan);
    if (status)
        return status;
    info->c_name = POINTER(plan.file + INGOT_RELOC_OFFSET(plan.context.c_name));
    info->variant = plan.header.flags;
    info->code_sz = plan.ro;
    info->params_off = plan.header.params_offset;
    info->params_sz = plan.context.params_size;
    info->acts_sz = plan.context.acts_size;
    info->ext_ram_sz = plan.context.ext_ram_size;
    info->rt_ram_xip = ingot_reloc_aligned(plan.rw);
    info->rt_ram_copy = ingot_reloc_aligned(plan.rw) + plan.ro;
    info->rt_version_desc = POINTER(plan.file + INGOT_RELOC_OFFSET(plan.context.rt_version_desc));
    info->rt_version = plan.context.rt_version;
    info->rt_version_extra = plan.context.rt_version_extra;
    return INGOT_RELOC_OK;
}
