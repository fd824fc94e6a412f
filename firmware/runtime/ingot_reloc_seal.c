/* SPDX-License-Identifier: Apache-2.0 */
/* The seal of an image: where it is, whether it holds, and what is checked where there is none. */
#include <string.h>

#include "ingot_reloc_check.h"
#include "ingot_runtime.h"
#include "ingot_sha256.h"

static bool is_seal(const ingot_reloc_plan *plan, uint32_t at)
{
    const ingot_reloc_seal *seal = (const ingot_reloc_seal *)(uintptr_t)(plan->file + at);
    return at % INGOT_RELOC_ALIGNMENT == 0 && at <= plan->limit && plan->limit - at >= sizeof *seal &&
           memcmp(seal->magic, INGOT_SEAL_MAGIC, sizeof seal->magic) == 0;
}

/* Behind the params, or at the end of a file of known length. */
static const ingot_reloc_seal *find_seal(const ingot_reloc_policy *policy, const ingot_reloc_plan *plan)
{
    uint32_t places[3] = {ingot_reloc_aligned(plan->extent), 0, 0};
    if (policy->image_size >= INGOT_SEAL_SIGNED_BYTES) {
        places[1] = policy->image_size - (uint32_t)sizeof(ingot_reloc_seal);
        places[2] = policy->image_size - (uint32_t)INGOT_SEAL_SIGNED_BYTES;
    }
    for (unsigned i = 0; i < 3; i++)
        if (places[i] && is_seal(plan, places[i]))
            return (const ingot_reloc_seal *)(uintptr_t)(plan->file + places[i]);
    return NULL;
}

/* Whether the bytes at `start` and the `more` ones at `behind` have this digest. */
static bool digest_matches(uint32_t kind, uint32_t start, uint32_t size, const void *behind, uint32_t more,
                           const uint8_t *digest)
{
    if (kind == INGOT_SEAL_CRC32) {
        uint32_t crc = ingot_crc32(0, (const void *)(uintptr_t)start, size), expected;
        crc = ingot_crc32(crc, behind, more);
        memcpy(&expected, digest, sizeof expected);
        for (unsigned i = sizeof expected; i < 32; i++)
            if (digest[i])
                return false;
        return crc == expected;
    }
    ingot_sha256 hash;
    uint8_t found[32];
    ingot_sha256_start(&hash);
    ingot_sha256_add(&hash, (const void *)(uintptr_t)start, size);
    ingot_sha256_add(&hash, behind, more);
    ingot_sha256_end(&hash, found);
    return memcmp(found, digest, sizeof found) == 0;
}

static int check_found(const ingot_reloc_policy *policy, const ingot_reloc_plan *plan, const ingot_reloc_seal *seal)
{
    bool outside = plan->params && plan->params != plan->file + plan->header->params_offset;
    if (seal->version != INGOT_SEAL_VERSION ||
        (seal->length != sizeof *seal && seal->length != INGOT_SEAL_SIGNED_BYTES) ||
        (seal->kind != INGOT_SEAL_CRC32 && seal->kind != INGOT_SEAL_SHA256) ||
        seal->covered != (uint32_t)(uintptr_t)seal - plan->file ||
        seal->length > plan->limit - seal->covered)
        return INGOT_REFUSED_SEAL_FORM;
    if ((policy->ask & INGOT_RELOC_ASK_SHA256) && seal->kind != INGOT_SEAL_SHA256)
        return INGOT_REFUSED_SEAL_WEAK;
    if (!digest_matches(seal->kind, plan->file, seal->covered, seal, offsetof(ingot_reloc_seal, digest), seal->digest))
        return INGOT_REFUSED_SEAL_DIGEST;
    if (outside && (seal->params_covered != plan->blobs + plan->context->params_bin_size ||
                    !digest_matches(seal->kind, plan->params, seal->params_covered, NULL, 0, seal->params_digest)))
        return INGOT_REFUSED_SEAL_PARAMS;
    if (policy->board && (strnlen(seal->board, sizeof seal->board) == sizeof seal->board ||
                          strcmp(seal->board, policy->board) != 0))
        return INGOT_REFUSED_SEAL_BOARD;
    return INGOT_RELOC_OK;
}

/* The CRC-32 counts the pools' bytes, not the blobs in front of them. */
static bool params_match(const ingot_reloc_plan *plan)
{
    const void *start = (const void *)(uintptr_t)(plan->params + plan->blobs);
    return ingot_crc32(0, start, plan->context->params_bin_size) == plan->context->params_bin_crc32;
}

int ingot_reloc_check_seal(const ingot_reloc_policy *policy, const ingot_reloc_plan *plan)
{
    const ingot_reloc_seal *seal = find_seal(policy, plan);
    if (seal)
        return check_found(policy, plan, seal);
    if (policy->ask & (INGOT_RELOC_ASK_SEAL | INGOT_RELOC_ASK_SHA256))
        return INGOT_REFUSED_SEAL_MISSING;
    if (plan->params && !params_match(plan))
        return INGOT_REFUSED_PARAMS_CRC;
    return INGOT_RELOC_OK;
}
