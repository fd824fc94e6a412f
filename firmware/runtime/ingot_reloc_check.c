/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can be wrong with an image itself, found before a byte is written; ingot_reloc_places.c has the rest.
 *
 * Offsets have 28 bits and counts are small, so sums of two of them fit 32 bits; sums with an address are made in 64.
 * The work is linear in the bytes of the image.
 */
#include "ingot_reloc_check.h"

#include <string.h>

#include "ingot_reloc_port.h"
#include "ingot_runtime.h"

#define REFUSE_IF INGOT_REFUSE_IF
#define OFFSET INGOT_RELOC_OFFSET
#define IS_RAM(word) (INGOT_RELOC_SEGMENT(word) == INGOT_SEGMENT_RAM)
#define IS_FLASH(word) (INGOT_RELOC_SEGMENT(word) == INGOT_SEGMENT_FLASH)

#define RANGE ingot_reloc_range_of

/* Bytes of the interface, as 32-bit Arm compilers lay NN_Interface_TypeDef out: 11 words. */
#define INTERFACE_BYTES 44u

uint32_t ingot_reloc_readable(const ingot_reloc_policy *policy, uint32_t start, uint32_t said)
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

/* A printable text of 1 to INGOT_RELOC_MAX_TEXT bytes that ends in the read-only part. */
static bool is_text(const ingot_reloc_plan *plan, uint32_t word)
{
    if (!IS_FLASH(word))
        return false;
    for (uint32_t at = OFFSET(word), n = 0; at < plan->ro && n <= INGOT_RELOC_MAX_TEXT; at++, n++) {
        uint8_t byte = *(const volatile uint8_t *)(uintptr_t)(plan->file + at);
        if (byte == 0)
            return n > 0;
        if (byte < ' ' || byte > '~')
            return false;
    }
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
    const ingot_reloc_header *h = &plan->header;
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
    plan->extent = h->params_offset ? h->params_offset : rel_end;
    REFUSE_IF(plan->extent > plan->limit, CUT);
    return INGOT_RELOC_OK;
}

static int check_context(ingot_reloc_plan *plan)
{
    const ingot_reloc_header *h = &plan->header;
    const ingot_reloc_context *context = &plan->context;
    uint32_t at = OFFSET(h->ctx), end = OFFSET(h->data_end);
    REFUSE_IF(!IS_RAM(h->ctx) || at % 4 || at + sizeof *context > end, CONTEXT);
    memcpy(&plan->context, (const void *)(uintptr_t)(plan->file + plan->ro + at), sizeof *context);
    uint32_t version = (uint32_t)LL_ATON_VERSION_MAJOR << 24 | LL_ATON_VERSION_MINOR << 16 | LL_ATON_VERSION_MICRO << 8;
    REFUSE_IF(context->rt_version >> 8 != version >> 8, RUNTIME_VERSION);
    REFUSE_IF(context->struct_sizes != INGOT_RELOC_STRUCT_SIZES, STRUCT_SIZES);
    REFUSE_IF(!is_text(plan, context->c_name) || !is_text(plan, context->rt_version_desc), NAME);
    uint32_t interface = context->itf_network;
    REFUSE_IF(!IS_RAM(interface) || interface % 4 || OFFSET(interface) + INTERFACE_BYTES > end, CONTEXT);
    return INGOT_RELOC_OK;
}

static int check_entry_points(const ingot_reloc_plan *plan)
{
    for (const uint32_t *entry = &plan->header.ec_network_init; entry < &plan->header.ctx; entry++) {
        REFUSE_IF(!IS_FLASH(*entry) || !(*entry & 1), ENTRY_POINT);
        REFUSE_IF(OFFSET(*entry) < sizeof plan->header || OFFSET(*entry) >= plan->ro, ENTRY_POINT);
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
    uint32_t at = OFFSET(plan->header.params_start), end = OFFSET(plan->header.data_end), seen = 0;
    for (plan->pools = 0;; plan->pools++, at += sizeof(ingot_reloc_descriptor)) {
        ingot_reloc_descriptor pool;
        REFUSE_IF(at + sizeof pool > end, POOL_TABLE);
        memcpy(&pool, (const void *)(uintptr_t)(plan->file + plan->ro + at), sizeof pool);
        if (is_end(&pool))
            return INGOT_RELOC_OK;
        REFUSE_IF(plan->pools == INGOT_RELOC_MAX_DESCRIPTORS, POOL_TABLE);
        REFUSE_IF(!is_known(&pool), POOL_KIND);
        REFUSE_IF(!is_text(plan, pool.name), NAME);
        REFUSE_IF(!pool.size || (uint64_t)pool.dst + pool.size > UINT64_C(0x100000000), POOL_RANGE);
        REFUSE_IF(!ingot_reloc_is_relative(&pool) && ingot_reloc_cache_misses(&pool, pool.dst), POOL_CACHED);
        if (ingot_reloc_is_relative(&pool)) {
            uint32_t id = pool.flags & 1u;
            REFUSE_IF(seen & 1u << id, POOL_KIND);
            seen |= 1u << id;
            plan->pool_size[id] = pool.size;
        }
        plan->pool[plan->pools] = pool;
    }
}

int ingot_reloc_check_image(uintptr_t file, const ingot_reloc_policy *policy, ingot_reloc_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    REFUSE_IF(!file, ARGUMENT);
    REFUSE_IF(file % INGOT_RELOC_ALIGNMENT, IMAGE_ALIGNMENT);
    plan->file = (uint32_t)file;
    plan->limit = ingot_reloc_readable(policy, plan->file, policy->image_size);
    REFUSE_IF(plan->limit < sizeof plan->header, CUT);
    REFUSE_IF(ingot_reloc_word(plan->file) != INGOT_RELOC_MAGIC, NO_IMAGE);
    int status = ingot_reloc_check_seal(policy, plan);
    if (status)
        return status;
    REFUSE_IF(plan->limit < sizeof plan->header, CUT);
    memcpy(&plan->header, (const void *)file, sizeof plan->header);
    status = check_flags(plan->header.flags);
    status = status ? status : check_sections(plan);
    status = status ? status : check_context(plan);
    status = status ? status : check_entry_points(plan);
    return status ? status : check_pool_table(plan);
}

/* ---- With the params ---- */

/* Params in the file: they end it, but for the seal. */
static int measure_inside(ingot_reloc_plan *plan)
{
    uint32_t inside = plan->header.params_offset, size = plan->context.params_bin_size;
    uint32_t room = plan->limit - inside;
    REFUSE_IF(size > room, PARAMS_CUT);
    REFUSE_IF(!ingot_reloc_measure_blobs(plan->file + inside, room, &plan->blobs), BLOB);
    REFUSE_IF(plan->blobs > room - size, PARAMS_CUT);
    plan->extent = inside + plan->blobs + size;
    return INGOT_RELOC_OK;
}

/* A sealed image may have a self-test behind its params. */
static void measure_self_test(ingot_reloc_plan *plan)
{
    uint32_t at = ingot_reloc_aligned(plan->extent);
    uint32_t size = plan->seal && at < plan->limit ? ingot_reloc_self_test(plan->file + at, plan->limit - at) : 0;
    if (!size || size != plan->limit - at)
        return;
    plan->self_test = (const ingot_self_test_sample *)(uintptr_t)(plan->file + at);
    plan->extent = at + size;
}

static int measure_outside(ingot_reloc_plan *plan)
{
    int status = ingot_reloc_check_params_seal(plan);
    if (status)
        return status;
    REFUSE_IF(!ingot_reloc_measure_blobs(plan->params, plan->params_limit, &plan->blobs), BLOB);
    uint64_t size = (uint64_t)plan->context.params_bin_size + plan->blobs;
    REFUSE_IF(size > plan->params_limit, PARAMS_CUT);
    REFUSE_IF(plan->seal && size != plan->params_limit, SEAL_PARAMS);
    return INGOT_RELOC_OK;
}

/* Every pool's bytes are in the params, those of the network itself included. */
static int check_pool_params(ingot_reloc_plan *plan)
{
    uint32_t size = plan->blobs + plan->context.params_bin_size;
    for (uint32_t i = 0; i < plan->pools; i++) {
        const ingot_reloc_descriptor *pool = &plan->pool[i];
        bool in_place = ingot_reloc_is_relative(pool) && !(pool->flags & 1u);
        if (!ingot_reloc_pool_has_params(pool))
            continue;
        /* Blobs of the NPU stand in front of the pool's bytes and are reached through the same segment. */
        uint64_t end = (uint64_t)pool->offset + (in_place ? plan->blobs : 0) + pool->size;
        REFUSE_IF(end > size, POOL_RANGE);
        if (in_place) {
            REFUSE_IF(pool->offset % INGOT_RELOC_ALIGNMENT, POOL_ALIGNMENT);
            REFUSE_IF(plan->blobs && pool->offset, BLOB);
            plan->pool_address[0] = plan->params + pool->offset;
            plan->pool_size[0] = plan->blobs + pool->size;
        }
    }
    return INGOT_RELOC_OK;
}

static int check_params(uintptr_t params_at, const ingot_reloc_policy *policy, ingot_reloc_plan *plan)
{
    uint32_t wanted = 0, inside = plan->header.params_offset;
    for (uint32_t i = 0; i < plan->pools; i++)
        wanted += ingot_reloc_pool_has_params(&plan->pool[i]);
    int status = inside ? measure_inside(plan) : INGOT_RELOC_OK;
    if (status)
        return status;
    if (inside)
        measure_self_test(plan);
    REFUSE_IF((plan->seal || policy->image_size) && plan->limit > ingot_reloc_aligned(plan->extent), TAIL);
    if (!wanted)
        return INGOT_RELOC_OK;
    REFUSE_IF(!params_at && !inside, PARAMS_MISSING);
    REFUSE_IF(params_at > UINT32_MAX, ARGUMENT);
    if (params_at) {
        plan->params = (uint32_t)params_at;
        plan->params_limit = ingot_reloc_readable(policy, plan->params, policy->params_size);
        REFUSE_IF(plan->params % INGOT_RELOC_ALIGNMENT, PARAMS_ALIGNMENT);
        status = measure_outside(plan);
        if (status)
            return status;
    } else {
        plan->params = plan->file + inside;
        plan->params_limit = plan->limit - inside;
    }
    return check_pool_params(plan);
}

static int check_overlaps(const ingot_reloc_plan *plan)
{
    for (uint32_t i = 0; i < plan->pools; i++)
        for (uint32_t k = 0; k < i; k++) {
            const ingot_reloc_descriptor *one = &plan->pool[i], *other = &plan->pool[k];
            REFUSE_IF(!ingot_reloc_is_relative(one) && !ingot_reloc_is_relative(other) &&
                          ingot_reloc_overlap(RANGE(one->dst, one->size), RANGE(other->dst, other->size)),
                      POOL_OVERLAP);
        }
    return INGOT_RELOC_OK;
}

bool ingot_reloc_place(const ingot_reloc_plan *plan, uint32_t word, uint32_t *address)
{
    uint32_t base, size, offset = OFFSET(word);
    bool there = true;
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
    case INGOT_SEGMENT_PARAM_1:
        base = plan->pool_address[INGOT_RELOC_SEGMENT(word) & 1u];
        size = plan->pool_size[INGOT_RELOC_SEGMENT(word) & 1u];
        there = size != 0;
        break;
    default:
        return false;
    }
    *address = base + offset;
    return there && offset <= size; /* an address just behind the last byte is one that C allows */
}

bool ingot_reloc_is_data_word(const ingot_reloc_plan *plan, uint32_t entry)
{
    return IS_RAM(entry) && entry % 4 == 0 && OFFSET(entry) + 4 <= OFFSET(plan->header.got_start);
}

static int check_relocations(const ingot_reloc_plan *plan)
{
    const ingot_reloc_header *h = &plan->header;
    uint32_t data = plan->file + plan->ro, place;
    for (uint32_t at = OFFSET(h->got_start); at < OFFSET(h->got_end); at += 4)
        REFUSE_IF(!ingot_reloc_place(plan, ingot_reloc_word(data + at), &place), GOT);
    for (uint32_t at = OFFSET(h->rel_start); at < OFFSET(h->rel_end); at += 4) {
        uint32_t entry = ingot_reloc_word(plan->file + at);
        REFUSE_IF(!ingot_reloc_is_data_word(plan, entry), RELOCATION_PLACE);
        REFUSE_IF(!ingot_reloc_place(plan, ingot_reloc_word(data + OFFSET(entry)), &place), RELOCATION_VALUE);
    }
    return INGOT_RELOC_OK;
}

/* Of an image without a seal. The CRC-32 counts the pools' bytes, not the blobs in front of them. */
static int check_params_crc(const ingot_reloc_plan *plan)
{
    const void *start = (const void *)(uintptr_t)(plan->params + plan->blobs);
    REFUSE_IF(!plan->seal && plan->params &&
                  ingot_crc32(0, start, plan->context.params_bin_size) != plan->context.params_bin_crc32,
              PARAMS_CRC);
    return INGOT_RELOC_OK;
}

int ingot_reloc_check_content(uintptr_t params_at, const ingot_reloc_policy *policy, ingot_reloc_plan *plan)
{
    int status = check_params(params_at, policy, plan);
    status = status ? status : check_overlaps(plan);
    status = status ? status : check_relocations(plan);
    return status ? status : check_params_crc(plan);
}
