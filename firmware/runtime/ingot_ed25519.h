/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 signatures (RFC 8032), by Monocypher in third_party/. An option: a firmware that asks for no signature links
 * neither this nor that. */
#ifndef INGOT_ED25519_H
#define INGOT_ED25519_H

#include "ingot_reloc.h"
#include "ingot_reloc_format.h"

/* Whether `signature` is one of the n bytes, by the key that it names: 0, or INGOT_REFUSED_SEAL_KEY, _REVOKED or
 * _SIGNATURE. About 2.3 KB of stack. */
int ingot_ed25519_check(const ingot_reloc_signature *signature, const void *bytes, uint32_t n,
                        const ingot_reloc_key *keys, uint32_t key_count);

#endif
