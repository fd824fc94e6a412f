/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), for seals. */
#ifndef INGOT_SHA256_H
#define INGOT_SHA256_H

#include <stdint.h>

typedef struct {
    uint32_t state[8];
    uint8_t block[64];
    uint32_t length; /* bytes so far: seals cover less than 512 MiB */
} ingot_sha256;

void ingot_sha256_start(ingot_sha256 *hash);
void ingot_sha256_add(ingot_sha256 *hash, const void *data, uint32_t n);
void ingot_sha256_end(ingot_sha256 *hash, uint8_t digest[32]);

#endif
