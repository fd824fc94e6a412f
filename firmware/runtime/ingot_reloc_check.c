/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can be wrong with an image, found before a byte is written.
 *
 * Offsets have 28 bits and counts are small, so sums of two of them fit 32 bits; sums with an address are made in 64.
 */
#include "ingot_reloc_check.h"

#include "ingot_reloc_alias.h"
#include "ingot_reloc_port.h"

#define REFUSE_IF(condition, name)          \
    do {                                    \
        if (condition)                      \
            return INGOT_REFUSED_##name;      \
    } while (0)

#define OFFSET INGOT_RELOC_OFFSET
#define IS_RAM(word) (INGOT_RELOC_SEGMENT(word) == INGOT_SEGMENT_RAM)
#define IS_FLASH(word) (INGOT_RELOC_SEGMENT(word) == INGOT_SEGMENT_FLASH)

#define EXTERNAL_FROM 0x60000000u

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

/* Bytes from `start` that may be read: what is said, else to the end of the region, else of the address space. */
static uint32_t readable(const ingot_reloc_policy *policy, uint32_t start, uint32_t said)
{
    uint32_t limit = said ? said : start ? 0u - start : UINT32_MAX, inside = 0;
    for (uint32_t i = 0; i < policy->region_count; i++) {
        const ingot_reloc_region *region = &policy->regions[i];
        if (region->use & INGOT_RELOC_MAY_READ) {
            uint32_t bytes = ingot_reloc_inside(RANGE(start, limit), RANGE(region->start, region->size));
            inside = bytes > inside ? bytes : inside;
        }
    }
    return policy->region_count ? inside : limit;
}

static bool is_text(const ingot_reloc_plan *plan, uint32_t word)
{
    if (!IS_FLASH(word))
        return false;
    for (uint32_t at = OFFSET(word); at < plan->ro; at++)
        if (!*(const char *)(uintptr_t)(plan->file + at))
            return true;
    return false;
}

static int check_flags(uint32_t flags)
{
    REFUSE_IF(INGOT_RELOC_FLAG_MAJOR(flags) != INGOT_RELOC_API_MAJOR ||
                  INGOT_RELOC_FLAG_MINOR(flags) != INGOT_RELOC_API_MINOR,
              API);
    REFUSE_IF(flags & INGOT_RELOC_FLAGS_RESERVED, FLAGS);
    REFUSE_IF(INGOT_RELOC_FLAG_CPU(flags) != INGOT_RELOC_CPU, CPU);
    REFUSE_IF(INGOT_RELOC_FLAG_TOOLCHAIN(flags) != INGOT_RELOC_TOOLCHAIN_GCC, TOOLCHAIN);
    REFUSE_IF(INGOT_RELOC_FLAG_FLOAT_ABI(flags) != INGOT_RELOC_FLOAT_ABI, FLOAT_ABI);
    REFUSE_IF((flags & INGOT_RELOC_FLAG_FPU) && !INGOT_RELOC_FPU_ON, FPU_OFF);
#ifdef INGOT_RELOC_NONSECURE
    REFUSE_IF(flags & INGOT_RELOC_FLAG_SECURE, SECURITY);
#endif
#ifdef LL_ATON_EB_DBG_INFO
    REFUSE_IF(!(flags & INGOT_RELOC_FLAG_DEBUG), DEBUG_INFO);
#else
    REFUSE_IF(flags & INGOT_RELOC_FLAG_DEBUG, DEBUG_INFO);
#endif
    return INGOT_RELOC_OK;
}

static int check_sections(ingot_reloc_plan *plan)
{
    const ingot_reloc_header *h = plan->header;
    REFUSE_IF(h->data_start != (uint32_t)INGOT_SEGMENT_RAM << 28, SEGMENT);
    REFUSE_IF(!IS_RAM(h->data_end) || !IS_RAM(h->got_start) || !IS_RAM(h->got_end), SEGMENT);
    REFUSE_IF(!IS_RAM(h->bss_start) || !IS_RAM(h->bss_end) || !IS_RAM(h->params_start), SEGMENT);
    REFUSE_IF(!IS_FLASH(h->data_data) || !IS_FLASH(h->rel_start) || !IS_FLASH(h->rel_end), SEGMENT);
    plan->ro = OFFSET(h->data_data);
    plan->stored = OFFSET(h->got_end);
    plan->rw = OFFSET(h->bss_end);
    uint32_t words = h->data_end | h->got_start | h->got_end | h->bss_start | h->bss_end | h->params_start;
    REFUSE_IF(plan->ro % INGOT_RELOC_ALIGNMENT || (words | h->rel_start | h->rel_end) % 4, SECTION_ALIGNMENT);
    REFUSE_IF(h->params_offset % INGOT_RELOC_ALIGNMENT, SECTION_ALIGNMENT);
    uint32_t rel_start = OFFSET(h->rel_start), rel_end = OFFSET(h->rel_end);
    REFUSE_IF(plan->ro < sizeof *h || h->data_end > h->got_start || h->got_start > h->got_end, SECTION_ORDER);
    REFUSE_IF(h->got_end > h->bss_start || h->bss_start > h->bss_end, SECTION_ORDER);
    REFUSE_IF(plan->ro + plan->stored > rel_start || rel_start > rel_end, SECTION_ORDER);
    REFUSE_IF(h->params_offset && h->params_offset < rel_end, SECTION_ORDER);
    plan->extent = h->params_offset ? h->params_offset : ingot_reloc_aligned(rel_end);
    REFUSE_IF(rel_end > plan->limit || (h->params_offset && h->params_offset > plan->limit), CUT);
    return INGOT_RELOC_OK;
}

static int check_context(ingot_reloc_plan *plan)
{
    const ingot_reloc_header *h = plan->header;
    uint32_t at = OFFSET(h->ctx), end = OFFSET(h->data_end);
    REFUSE_IF(!IS_RAM(h->ctx) || at % 4 || at + sizeof(ingot_reloc_context) > end, CONTEXT);
    plan->context = (const ingot_reloc_context *)(uintptr_t)(plan->file + plan->ro + at);
    uint32_t version = (uint32_t)LL_ATON_VERSION_MAJOR << 24 | LL_ATON_VERSION_MINOR << 16 | LL_ATON_VERSION_MICRO << 8;
    REFUSE_IF(plan->context->rt_version >> 8 != version >> 8, RUNTIME_VERSION);
    REFUSE_IF(plan->context->struct_sizes != INGOT_RELOC_STRUCT_SIZES, STRUCT_SIZES);
    REFUSE_IF(!is_text(plan, plan->context->c_name) || !is_text(plan, plan->context->rt_version_desc), NAME);
    uint32_t interface = plan->context->itf_network;
    /* 11 words, whatever NN_Interface_TypeDef measures on the machine that compiles this. */
    REFUSE_IF(!IS_RAM(interface) || interface % 4 || OFFSET(interface) + 44 > end, CONTEXT);
    return INGOT_RELOC_OK;
}

static int check_entry_points(const ingot_reloc_plan *plan)
{
    for (const uint32_t *entry = &plan->header->ec_network_init; entry < &plan->header->ctx; entry++) {
        REFUSE_IF(!IS_FLASH(*entry) || !(*entry & 1), ENTRY_POINT);
        REFUSE_IF(OFFSET(*entry) < sizeof *plan->header || OFFSET(*entry) >= plan->ro, ENTRY_POINT);
    }
    return INGOT_RELOC_OK;
}

static bool is_end(const ingot_reloc_descriptor *pool)
{
    return !(pool->name | pool->flags | pool->offset | pool->dst | pool->size);
}

static bool is_known(const ingot_reloc_descriptor *pool)
{
    uint32_t type = pool->flags >> 24, data = pool->flags >> 16 & 0xFFu, id = pool->flags & 0xFFu;
    uint32_t access = pool->flags >> 8 & 0xFFu & ~(uint32_t)INGOT_POOL_CACHED;
    switch (type) {
    case INGOT_POOL_RELOC:
        if (pool->dst)
            return false;
        if (id == 0)
            return data == INGOT_POOL_PARAM && access == INGOT_POOL_READ;
        return id == 1 && (data == INGOT_POOL_ACTIV || data == INGOT_POOL_MIXED) && access == INGOT_POOL_WRITE;
    case INGOT_POOL_COPY:
        return id == 0 && ((data == INGOT_POOL_PARAM && access == INGOT_POOL_READ) ||
                           (data == INGOT_POOL_MIXED && access == INGOT_POOL_WRITE));
    case INGOT_POOL_RESET:
        return id == 0 && data == INGOT_POOL_ACTIV && access == INGOT_POOL_WRITE;
    default:
        return false;
    }
}

static int check_pool_table(ingot_reloc_plan *plan)
{
    const ingot_reloc_header *h = plan->header;
    const ingot_reloc_descriptor *pool = ingot_reloc_pools(plan);
    uint32_t at = OFFSET(h->params_start), end = OFFSET(h->data_end);
    uint32_t seen = 0;
    for (plan->pools = 0;; plan->pools++, pool++, at += sizeof *pool) {
        REFUSE_IF(at + sizeof *pool > end, POOL_TABLE);
        if (is_end(pool))
            return INGOT_RELOC_OK;
        REFUSE_IF(plan->pools == INGOT_RELOC_MAX_DESCRIPTORS, POOL_TABLE);
        REFUSE_IF(!is_known(pool), POOL_KIND);
        REFUSE_IF(!is_text(plan, pool->name), NAME);
        REFUSE_IF(!pool->size || wraps(pool->dst, pool->size), POOL_RANGE);
        if (pool->flags >> 24 == INGOT_POOL_RELOC) {
            uint32_t id = pool->flags & 1u;
            REFUSE_IF(seen & 1u << id, POOL_KIND);
            seen |= 1u << id;
            plan->pool_size[id] = pool->size;
        }
    }
}

int ingot_reloc_check_image(uintptr_t file, const ingot_reloc_policy *policy, ingot_reloc_plan *plan)
{
    static const ingot_reloc_plan empty;
    *plan = empty;
    REFUSE_IF(!file, ARGUMENT);
    REFUSE_IF(file % INGOT_RELOC_ALIGNMENT, IMAGE_ALIGNMENT);
    plan->file = (uint32_t)file;
    plan->limit = readable(policy, plan->file, policy->image_size);
    plan->header = (const ingot_reloc_header *)file;
    REFUSE_IF(plan->limit < sizeof *plan->header, CUT);
    REFUSE_IF(plan->header->magic != INGOT_RELOC_MAGIC, NO_IMAGE);
    int status = check_flags(plan->header->flags);
    status = status ? status : check_sections(plan);
    status = status ? status : check_context(plan);
    status = status ? status : check_entry_points(plan);
    return status ? status : check_pool_table(plan);
}

/* ---- With the configuration ---- */

static int check_params(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy, ingot_reloc_plan *plan)
{
    const ingot_reloc_descriptor *pool = ingot_reloc_pools(plan);
    uint32_t wanted = 0;
    for (uint32_t i = 0; i < plan->pools; i++)
        wanted += ingot_reloc_pool_has_params(&pool[i]);
    uint32_t inside = plan->header->params_offset;
    if (inside) {
        uint32_t room = plan->limit - inside, size = plan->context->params_bin_size;
        REFUSE_IF(size > room, PARAMS_CUT);
        REFUSE_IF(!ingot_reloc_measure_blobs(plan->file + inside, room, &plan->blobs), BLOB);
        REFUSE_IF(plan->blobs > room - size, PARAMS_CUT);
        plan->extent = inside + plan->blobs + size;
    }
    if (!wanted)
        return INGOT_RELOC_OK;
    REFUSE_IF(!config->ext_param_addr && !inside, PARAMS_MISSING);
    REFUSE_IF(config->ext_param_addr > UINT32_MAX, ARGUMENT);
    if (config->ext_param_addr) {
        plan->params = (uint32_t)config->ext_param_addr;
        plan->params_limit = readable(policy, plan->params, policy->params_size);
    } else {
        plan->params = plan->file + inside;
        plan->params_limit = plan->limit - inside;
    }
    REFUSE_IF(plan->params % INGOT_RELOC_ALIGNMENT, PARAMS_ALIGNMENT);
    if (config->ext_param_addr)
        REFUSE_IF(!ingot_reloc_measure_blobs(plan->params, plan->params_limit, &plan->blobs), BLOB);
    REFUSE_IF((uint64_t)plan->context->params_bin_size + plan->blobs > plan->params_limit, PARAMS_CUT);
    for (uint32_t i = 0; i < plan->pools; i++) {
        REFUSE_IF(ingot_reloc_pool_has_params(&pool[i]) &&
                      (uint64_t)pool[i].offset + pool[i].size > plan->params_limit,
                  PARAMS_CUT);
        if (pool[i].flags >> 24 == INGOT_POOL_RELOC && !(pool[i].flags & 1u)) {
            REFUSE_IF(pool[i].offset % INGOT_RELOC_ALIGNMENT, POOL_ALIGNMENT);
            plan->pool_address[0] = plan->params + pool[i].offset;
            /* Blobs of the NPU stand in front of the pool's bytes and are reached through the same segment. */
            REFUSE_IF((uint64_t)pool[i].offset + plan->blobs + pool[i].size > plan->params_limit, PARAMS_CUT);
            plan->pool_size[0] = plan->blobs + pool[i].size;
            REFUSE_IF((pool[i].flags >> 8 & INGOT_POOL_CACHED) && plan->pool_address[0] < EXTERNAL_FROM, POOL_CACHED);
        }
    }
    return INGOT_RELOC_OK;
}

/* Whether the range shares bytes with the image, its params or the instance. */
static bool hits_inputs(const ingot_reloc_plan *plan, const NN_Instance_TypeDef *instance, ingot_reloc_range range)
{
    uint32_t params_size = plan->blobs + plan->context->params_bin_size;
    return ingot_reloc_overlap(range, RANGE(plan->file, plan->extent)) ||
           (plan->params && ingot_reloc_overlap(range, RANGE(plan->params, params_size))) ||
           ingot_reloc_overlap(range, RANGE((uint32_t)(uintptr_t)instance, sizeof *instance));
}

static int check_exec_ram(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                          const NN_Instance_TypeDef *instance, ingot_reloc_plan *plan, uint32_t *needed)
{
    bool copy = (config->mode & AI_RELOC_RT_LOAD_MODE_COPY) != 0;
    *needed = ingot_reloc_aligned(plan->rw) + (copy ? plan->ro : 0);
    REFUSE_IF(!config->exec_ram_addr || config->exec_ram_size < *needed, EXEC_RAM_SIZE);
    REFUSE_IF(config->exec_ram_addr % INGOT_RELOC_ALIGNMENT, EXEC_RAM_ALIGNMENT);
    REFUSE_IF(config->exec_ram_addr > UINT32_MAX, ARGUMENT);
    uint32_t exec = (uint32_t)config->exec_ram_addr;
    REFUSE_IF(wraps(exec, *needed) || !allowed(policy, exec, *needed, INGOT_RELOC_MAY_EXECUTE), EXEC_RAM_REGION);
    REFUSE_IF(hits_inputs(plan, instance, RANGE(exec, *needed)), EXEC_RAM_OVERLAP);
    plan->rom = copy ? exec : plan->file;
    plan->ram = copy ? exec + plan->ro : exec;
    return INGOT_RELOC_OK;
}

static int check_ext_ram(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                         const NN_Instance_TypeDef *instance, ingot_reloc_plan *plan, uint32_t exec_size)
{
    uint32_t size = ingot_reloc_aligned(plan->pool_size[1]);
    if (!plan->pool_size[1])
        return INGOT_RELOC_OK;
    REFUSE_IF(size < plan->pool_size[1] || !config->ext_ram_addr || config->ext_ram_size < size, EXT_RAM_SIZE);
    REFUSE_IF(config->ext_ram_addr % INGOT_RELOC_ALIGNMENT, EXT_RAM_ALIGNMENT);
    REFUSE_IF(config->ext_ram_addr > UINT32_MAX, ARGUMENT);
    uint32_t start = (uint32_t)config->ext_ram_addr;
    REFUSE_IF(wraps(start, size) || !allowed(policy, start, size, INGOT_RELOC_MAY_HOLD_POOLS), EXT_RAM_REGION);
    ingot_reloc_range range = {start, size}, exec = {(uint32_t)config->exec_ram_addr, exec_size};
    REFUSE_IF(hits_inputs(plan, instance, range) || ingot_reloc_overlap(range, exec), EXT_RAM_REGION);
    plan->pool_address[1] = start;
    return INGOT_RELOC_OK;
}

static int check_pool_places(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                             const NN_Instance_TypeDef *instance, const ingot_reloc_plan *plan, uint32_t exec_size)
{
    const ingot_reloc_descriptor *pool = ingot_reloc_pools(plan);
    for (uint32_t i = 0; i < plan->pools; i++) {
        if (pool[i].flags >> 24 == INGOT_POOL_RELOC) {
            REFUSE_IF((pool[i].flags & 1u) && (pool[i].flags >> 8 & INGOT_POOL_CACHED) &&
                          plan->pool_address[1] < EXTERNAL_FROM,
                      POOL_CACHED);
            continue;
        }
        uint32_t start = pool[i].dst, size = pool[i].size;
        REFUSE_IF((pool[i].flags >> 8 & INGOT_POOL_CACHED) && start < EXTERNAL_FROM, POOL_CACHED);
        REFUSE_IF(!allowed(policy, start, size, INGOT_RELOC_MAY_HOLD_POOLS), POOL_REGION);
        ingot_reloc_range range = {start, size}, relative = {plan->pool_address[1], plan->pool_size[1]};
        REFUSE_IF(ingot_reloc_overlap(range, RANGE((uint32_t)config->exec_ram_addr, exec_size)), POOL_OVERLAP);
        REFUSE_IF(hits_inputs(plan, instance, range) || ingot_reloc_overlap(range, relative), POOL_OVERLAP);
        for (uint32_t k = 0; k < i; k++)
            REFUSE_IF(pool[k].flags >> 24 != INGOT_POOL_RELOC &&
                          ingot_reloc_overlap(range, RANGE(pool[k].dst, pool[k].size)),
                      POOL_OVERLAP);
    }
    return INGOT_RELOC_OK;
}

bool ingot_reloc_place(const ingot_reloc_plan *plan, uint32_t word, uint32_t *address)
{
    uint32_t base, size, offset = OFFSET(word);
    switch (INGOT_RELOC_SEGMENT(word)) {
    case INGOT_SEGMENT_NONE:
        *address = 0;
        return word == 0;
    case INGOT_SEGMENT_FLASH:
        base = plan->rom, size = plan->ro;
        break;
    case INGOT_SEGMENT_RAM:
        base = plan->ram, size = plan->rw;
        break;
    case INGOT_SEGMENT_PARAM_0:
        base = plan->pool_address[0], size = plan->pool_size[0];
        break;
    case INGOT_SEGMENT_PARAM_1:
        base = plan->pool_address[1], size = plan->pool_size[1];
        break;
    default:
        return false;
    }
    *address = base + offset;
    return base && offset <= size; /* an address just behind the last byte is one that C allows */
}

static int check_relocations(const ingot_reloc_plan *plan)
{
    const ingot_reloc_header *h = plan->header;
    uint32_t data = plan->file + plan->ro, place;
    for (uint32_t at = OFFSET(h->got_start); at < OFFSET(h->got_end); at += 4)
        REFUSE_IF(!ingot_reloc_place(plan, ingot_reloc_word(data + at), &place), GOT);
    for (uint32_t at = OFFSET(h->rel_start); at < OFFSET(h->rel_end); at += 4) {
        uint32_t entry = ingot_reloc_word(plan->file + at);
        REFUSE_IF(!IS_RAM(entry) || entry % 4 || OFFSET(entry) + 4 > OFFSET(h->got_start), RELOCATION_PLACE);
        REFUSE_IF(!ingot_reloc_place(plan, ingot_reloc_word(data + OFFSET(entry)), &place), RELOCATION_VALUE);
    }
    return INGOT_RELOC_OK;
}

int ingot_reloc_check_install(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                              const NN_Instance_TypeDef *instance, ingot_reloc_plan *plan)
{
    uint32_t mode = config->mode & ~(uint32_t)AI_RELOC_RT_LOAD_MODE_CLEAR, exec_size = 0;
    REFUSE_IF(mode != AI_RELOC_RT_LOAD_MODE_XIP && mode != AI_RELOC_RT_LOAD_MODE_COPY, MODE);
    int status = check_params(config, policy, plan);
    status = status ? status : check_exec_ram(config, policy, instance, plan, &exec_size);
    status = status ? status : check_ext_ram(config, policy, instance, plan, exec_size);
    status = status ? status : check_pool_places(config, policy, instance, plan, exec_size);
    status = status ? status : check_relocations(plan);
    return status ? status : ingot_reloc_check_seal(policy, plan);
}
