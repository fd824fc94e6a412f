/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_ed25519.h"

#include <string.h>

#include "../../third_party/monocypher/monocypher-ed25519.h"
#include "ingot_reloc_check.h"
#include "ingot_sha256.h"

static bool is_key(const ingot_reloc_key *key, const uint8_t id[8])
{
    ingot_sha256 hash;
    uint8_t digest[32];
    ingot_sha256_start(&hash);
    ingot_sha256_add(&hash, key->public_key, sizeof key->public_key);
    ingot_sha256_end(&hash, digest);
    return memcmp(digest, id, 8) == 0;
}

int ingot_ed25519_check(const ingot_reloc_signature *signature, const void *bytes, uint32_t n,
                        const ingot_reloc_key *keys, uint32_t key_count)
{
    for (uint32_t i = 0; i < key_count; i++) {
        if (!is_key(&keys[i], signature->key_id))
            continue;
        if (keys[i].revoked)
            return INGOT_REFUSED_SEAL_REVOKED;
        return crypto_ed25519_check(signature->signature, keys[i].public_key, bytes, n) ? INGOT_REFUSED_SEAL_SIGNATURE
                                                                                        : INGOT_RELOC_OK;
    }
    return INGOT_REFUSED_SEAL_KEY;
}

int ingot_reloc_check_signature(const ingot_reloc_policy *policy, const ingot_reloc_seal *seal)
{
    return ingot_ed25519_check((const ingot_reloc_signature *)(seal + 1), seal, sizeof *seal, policy->keys,
                               policy->key_count);
}
