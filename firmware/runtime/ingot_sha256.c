/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_sha256.h"

#include <string.h>

static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotated(uint32_t word, unsigned bits)
{
    return word >> bits | word << (32 - bits);
}

static inline uint32_t big_endian(const uint8_t *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return __builtin_bswap32(word); /* all targets are little-endian */
}

/* One round; instead of moving the eight words, the rounds name them in turn. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                                                         \
    do {                                                                                                         \
        uint32_t sum = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + (g ^ (e & (f ^ g))) + k[i] + w[i]; \
        d += sum;                                                                                                \
        h = sum + (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) | (c & (a | b)));                  \
    } while (0)

/* Most of the time of an installation is spent here; speed counts for more than size. clang has no such attribute. */
#if __has_attribute(optimize)
#define FAST __attribute__((optimize("O2")))
#else
#define FAST
#endif

FAST static void take_block(uint32_t *state, const uint8_t *block)
{
    uint32_t w[16];
    for (unsigned i = 0; i < 16; i++)
        w[i] = big_endian(block + 4 * i);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (const uint32_t *k = round_constant; k < round_constant + 64; k += 16) {
        if (k != round_constant)
            for (unsigned i = 0; i < 16; i++) {
                uint32_t early = w[(i + 1) & 15], late = w[(i + 14) & 15];
                w[i] += (rotated(early, 7) ^ rotated(early, 18) ^ early >> 3) + w[(i + 9) & 15] +
                        (rotated(late, 17) ^ rotated(late, 19) ^ late >> 10);
            }
        for (unsigned i = 0; i < 16; i += 8) {
            ROUND(a, b, c, d, e, f, g, h, i);
            ROUND(h, a, b, c, d, e, f, g, i + 1);
            ROUND(g, h, a, b, c, d, e, f, i + 2);
            ROUND(f, g, h, a, b, c, d, e, i + 3);
            ROUND(e, f, g, h, a, b, c, d, i + 4);
            ROUND(d, e, f, g, h, a, b, c, i + 5);
            ROUND(c, d, e, f, g, h, a, b, i + 6);
            ROUND(b, c, d, e, f, g, h, a, i + 7);
        }
    }
    const uint32_t result[8] = {a, b, c, d, e, f, g, h};
    for (unsigned i = 0; i < 8; i++)
        state[i] += result[i];
}

void ingot_sha256_start(ingot_sha256 *hash)
{
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, start, sizeof start);
    hash->length = 0;
}

void ingot_sha256_add(ingot_sha256 *hash, const void *data, uint32_t n)
{
    const uint8_t *bytes = data;
    while (n) {
        uint32_t used = hash->length & 63, part = 64 - used < n ? 64 - used : n;
        hash->length += part;
        n -= part;
        if (part == 64) {
            take_block(hash->state, bytes);
        } else {
            memcpy(hash->block + used, bytes, part);
            if (used + part == 64)
                take_block(hash->state, hash->block);
        }
        bytes += part;
    }
}

void ingot_sha256_end(ingot_sha256 *hash, uint8_t digest[32])
{
    static const uint8_t padding[64] = {0x80};
    uint64_t bits = (uint64_t)hash->length * 8;
    uint8_t tail[8];
    for (unsigned i = 0; i < 8; i++)
        tail[i] = (uint8_t)(bits >> (56 - 8 * i));
    ingot_sha256_add(hash, padding, 1 + ((119 - hash->length % 64) % 64));
    ingot_sha256_add(hash, tail, 8);
    for (unsigned i = 0; i < 32; i++)
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
