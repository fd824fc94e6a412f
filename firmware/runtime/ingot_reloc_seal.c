/* SPDX-License-Identifier: Apache-2.0 */
/* The seal of an image: where it is, and whether it holds. It is verified before anything else of the image is used. */
#include <string.h>

#include "ingot_reloc_check.h"
#include "ingot_runtime.h"
#include "ingot_sha256.h"

#define REFUSE_IF INGOT_REFUSE_IF
#define OFFSET INGOT_RELOC_OFFSET

static const ingot_reloc_seal *seal_at(const ingot_reloc_plan *plan, uint32_t at)
{
    return (const ingot_reloc_seal *)(uintptr_t)(plan->file + at);
}

static bool is_seal(const ingot_reloc_plan *plan, uint32_t at, uint32_t length)
{
    return at && at % INGOT_RELOC_ALIGNMENT == 0 && at <= plan->limit && plan->limit - at >= length &&
           memcmp(seal_at(plan, at)->magic, INGOT_SEAL_MAGIC, sizeof seal_at(plan, at)->magic) == 0 &&
           seal_at(plan, at)->length == length;
}

/* Bytes of blobs from `at` on, by their magics and lengths alone. */
static uint32_t blobs_by_length(const ingot_reloc_plan *plan, uint32_t at)
{
    uint32_t start = at;
    while (plan->limit - at >= 24) {
        uint32_t to_blob = ingot_reloc_blob_offset(plan->file + at);
        if (!to_blob && ingot_reloc_word(plan->file + at) != INGOT_BLOB)
            break;
        if (to_blob % 4 || to_blob > plan->limit - at - 8)
            break;
        uint32_t words = ingot_reloc_word(plan->file + at + to_blob + 4);
        if (words > (plan->limit - at - to_blob) / 4 - 2)
            break;
        uint32_t bytes = ingot_reloc_aligned(to_blob + 4 * (words + 2));
        if (bytes > plan->limit - at)
            break;
        at += bytes;
    }
    return at - start;
}

uint32_t ingot_reloc_self_test(uint32_t at, uint32_t room)
{
    ingot_self_test_sample test;
    if (room < sizeof test)
        return 0;
    memcpy(&test, (const void *)(uintptr_t)at, sizeof test);
    bool known = memcmp(test.magic, INGOT_SELF_TEST_MAGIC, sizeof test.magic) == 0 &&
                 test.version == INGOT_SELF_TEST_VERSION && !test.zero;
    uint32_t stored = test.seed ? 0 : test.input_bytes;
    if (!known || stored > room - sizeof test)
        return 0;
    uint32_t length = sizeof test + ingot_reloc_aligned(stored);
    return test.length == length && length <= room ? length : 0;
}

/* Where a seal would be in a file whose length is not known: behind params and self-test, by the header's words. They are a hint:
 * a seal counts only if it says the same and covers them. 0: no hint. */
static uint32_t behind_params(const ingot_reloc_plan *plan)
{
    const ingot_reloc_header *h = (const ingot_reloc_header *)(uintptr_t)plan->file;
    uint32_t params = h->params_offset, context = OFFSET(h->data_data) + OFFSET(h->ctx);
    if (!params)
        return ingot_reloc_aligned(OFFSET(h->rel_end));
    if (params % 4 || params > plan->limit || context % 4 || context > plan->limit ||
        plan->limit - context < sizeof(ingot_reloc_context))
        return 0;
    uint32_t size = ((const ingot_reloc_context *)(uintptr_t)(plan->file + context))->params_bin_size;
    uint32_t blobs = blobs_by_length(plan, params);
    if (size >= plan->limit - params - blobs)
        return 0;
    uint32_t behind = ingot_reloc_aligned(params + blobs + size);
    return behind < plan->limit ? behind + ingot_reloc_self_test(plan->file + behind, plan->limit - behind) : behind;
}

/* At the end of a file of known length, else behind the params. */
static const ingot_reloc_seal *find_seal(const ingot_reloc_policy *policy, const ingot_reloc_plan *plan)
{
    static const uint32_t lengths[2] = {INGOT_SEAL_SIGNED_BYTES, sizeof(ingot_reloc_seal)};
    uint32_t behind = policy->image_size ? 0 : behind_params(plan);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t at = !policy->image_size ? behind : plan->limit > lengths[i] ? plan->limit - lengths[i] : 0;
        if (is_seal(plan, at, lengths[i]))
            return seal_at(plan, at);
    }
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

/* Linked where a firmware has Ed25519: ingot_ed25519.c. */
int ingot_reloc_check_signature(const ingot_reloc_policy *policy, const ingot_reloc_seal *seal) __attribute__((weak));

static int check_signature(const ingot_reloc_policy *policy, const ingot_reloc_seal *seal)
{
    if (!(policy->ask & INGOT_RELOC_ASK_SIGNATURE))
        return INGOT_RELOC_OK;
    REFUSE_IF(seal->length != INGOT_SEAL_SIGNED_BYTES, SEAL_UNSIGNED);
    REFUSE_IF(!ingot_reloc_check_signature, SEAL_VERIFIER);
    return ingot_reloc_check_signature(policy, seal);
}

int ingot_reloc_check_seal(const ingot_reloc_policy *policy, ingot_reloc_plan *plan)
{
    const uint32_t strong = INGOT_RELOC_ASK_SHA256 | INGOT_RELOC_ASK_SIGNATURE;
    const ingot_reloc_seal *seal = find_seal(policy, plan);
    REFUSE_IF(!seal && (policy->ask & (INGOT_RELOC_ASK_SEAL | strong)), SEAL_MISSING);
    plan->whole = plan->limit;
    if (!seal)
        return INGOT_RELOC_OK;
    uint32_t before = (uint32_t)(uintptr_t)seal - plan->file;
    REFUSE_IF(seal->version != INGOT_SEAL_VERSION || seal->covered != before, SEAL_FORM);
    REFUSE_IF(seal->kind != INGOT_SEAL_CRC32 && seal->kind != INGOT_SEAL_SHA256, SEAL_FORM);
    REFUSE_IF((policy->ask & strong) && seal->kind != INGOT_SEAL_SHA256, SEAL_WEAK);
    REFUSE_IF(!digest_matches(seal->kind, plan->file, before, seal, offsetof(ingot_reloc_seal, digest), seal->digest),
              SEAL_DIGEST);
    int status = check_signature(policy, seal);
    if (status)
        return status;
    REFUSE_IF(policy->board && (strnlen(seal->board, sizeof seal->board) == sizeof seal->board ||
                                strcmp(seal->board, policy->board) != 0),
              SEAL_BOARD);
    plan->seal = seal;
    plan->limit = before;
    plan->whole = before + seal->length;
    return INGOT_RELOC_OK;
}

int ingot_reloc_check_params_seal(ingot_reloc_plan *plan)
{
    const ingot_reloc_seal *seal = plan->seal;
    if (!seal)
        return INGOT_RELOC_OK;
    uint32_t size = seal->params_covered;
    REFUSE_IF(size > plan->params_limit, PARAMS_CUT);
    REFUSE_IF(!size || !digest_matches(seal->kind, plan->params, size, NULL, 0, seal->params_digest), SEAL_PARAMS);
    plan->params_limit = size;
    return INGOT_RELOC_OK;
}
