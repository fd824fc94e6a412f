/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an image may be installed where the configuration says: sizes, regions of the policy, overlaps by any address. */
#include "ingot_reloc_check.h"

#define REFUSE_IF INGOT_REFUSE_IF
#define RANGE ingot_reloc_range_of

static bool wraps(uint32_t start, uint32_t size)
{
    return (uint64_t)start + size > UINT64_C(0x100000000);
}

/* Whether the range is inside one region with that use; without regions every range is. */
static bool allowed(const ingot_reloc_policy *policy, uint32_t start, uint32_t size, uint32_t use)
{
    if (!policy->region_count)
        return true;
    for (uint32_t i = 0; i < policy->region_count; i++) {
        const ingot_reloc_region *region = &policy->regions[i];
        if ((region->use & use) && ingot_reloc_inside(RANGE(start, size), RANGE(region->start, region->size)) == size)
            return true;
    }
    return false;
}

/* Whether the range shares bytes with the image and its seal, its params or the instance. */
static bool hits_inputs(const ingot_reloc_plan *plan, const NN_Instance_TypeDef *instance, ingot_reloc_range range)
{
    uint32_t params_size = plan->blobs + plan->context.params_bin_size;
    uint32_t image_size = plan->seal ? plan->whole : ingot_reloc_aligned(plan->extent);
    return ingot_reloc_overlap(range, RANGE(plan->file, image_size)) ||
           (plan->params && ingot_reloc_overlap(range, RANGE(plan->params, params_size))) ||
           ingot_reloc_overlap(range, RANGE((uint32_t)(uintptr_t)instance, sizeof *instance));
}

static int check_exec_ram(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                          const NN_Instance_TypeDef *instance, ingot_reloc_plan *plan, ingot_reloc_range *used)
{
    bool copy = (config->mode & AI_RELOC_RT_LOAD_MODE_COPY) != 0;
    uint32_t needed = ingot_reloc_aligned(plan->rw) + (copy ? plan->ro : 0);
    REFUSE_IF(!config->exec_ram_addr || config->exec_ram_size < needed, EXEC_RAM_SIZE);
    REFUSE_IF(config->exec_ram_addr % INGOT_RELOC_ALIGNMENT, EXEC_RAM_ALIGNMENT);
    REFUSE_IF(config->exec_ram_addr > UINT32_MAX, ARGUMENT);
    uint32_t exec = (uint32_t)config->exec_ram_addr;
    REFUSE_IF(wraps(exec, needed) || !allowed(policy, exec, needed, INGOT_RELOC_MAY_EXECUTE), EXEC_RAM_REGION);
    *used = RANGE(exec, needed);
    REFUSE_IF(hits_inputs(plan, instance, *used), EXEC_RAM_OVERLAP);
    plan->rom = copy ? exec : plan->file;
    plan->ram = copy ? exec + plan->ro : exec;
    return INGOT_RELOC_OK;
}

static int check_ext_ram(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                         const NN_Instance_TypeDef *instance, ingot_reloc_plan *plan, ingot_reloc_range exec)
{
    uint32_t size = ingot_reloc_aligned(plan->pool_size[1]);
    if (!plan->pool_size[1])
        return INGOT_RELOC_OK;
    REFUSE_IF(size < plan->pool_size[1] || !config->ext_ram_addr || config->ext_ram_size < size, EXT_RAM_SIZE);
    REFUSE_IF(config->ext_ram_addr % INGOT_RELOC_ALIGNMENT, EXT_RAM_ALIGNMENT);
    REFUSE_IF(config->ext_ram_addr > UINT32_MAX, ARGUMENT);
    uint32_t start = (uint32_t)config->ext_ram_addr;
    REFUSE_IF(wraps(start, size) || !allowed(policy, start, size, INGOT_RELOC_MAY_HOLD_POOLS), EXT_RAM_REGION);
    ingot_reloc_range range = {start, size};
    REFUSE_IF(hits_inputs(plan, instance, range) || ingot_reloc_overlap(range, exec), EXT_RAM_REGION);
    plan->pool_address[1] = start;
    return INGOT_RELOC_OK;
}

/* The relative pools; the absolute ones are the image's own fault. */
static int check_cached(const ingot_reloc_plan *plan)
{
    for (uint32_t i = 0; i < plan->pools; i++) {
        const ingot_reloc_descriptor *pool = &plan->pool[i];
        REFUSE_IF(ingot_reloc_is_relative(pool) &&
                      ingot_reloc_cache_misses(pool, plan->pool_address[pool->flags & 1u]),
                  POOL_CACHED);
    }
    return INGOT_RELOC_OK;
}

static int check_absolute_pools(const ingot_reloc_policy *policy, const NN_Instance_TypeDef *instance,
                                const ingot_reloc_plan *plan, ingot_reloc_range exec)
{
    for (uint32_t i = 0; i < plan->pools; i++) {
        const ingot_reloc_descriptor *pool = &plan->pool[i];
        if (ingot_reloc_is_relative(pool))
            continue;
        REFUSE_IF(!allowed(policy, pool->dst, pool->size, INGOT_RELOC_MAY_HOLD_POOLS), POOL_REGION);
        ingot_reloc_range range = {pool->dst, pool->size}, external = {plan->pool_address[1], plan->pool_size[1]};
        REFUSE_IF(ingot_reloc_overlap(range, exec) || ingot_reloc_overlap(range, external), POOL_OVERLAP);
        REFUSE_IF(hits_inputs(plan, instance, range), POOL_OVERLAP);
    }
    return INGOT_RELOC_OK;
}

int ingot_reloc_check_places(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                             const NN_Instance_TypeDef *instance, ingot_reloc_plan *plan)
{
    ingot_reloc_range exec = {0, 0};
    int status = check_exec_ram(config, policy, instance, plan, &exec);
    status = status ? status : check_ext_ram(config, policy, instance, plan, exec);
    status = status ? status : check_cached(plan);
    return status ? status : check_absolute_pools(policy, instance, plan, exec);
}
