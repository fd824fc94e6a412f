/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_self_test.h"

#include <string.h>

#include "ingot_sha256.h"
#include "ingot_update.h"

static uint32_t bytes_of(const LL_Buffer_InfoTypeDef *buffer)
{
    uint32_t n = 0;
    for (; buffer->name; buffer++)
        n += LL_Buffer_len(buffer);
    return n;
}

static void fill(const LL_Buffer_InfoTypeDef *buffer, uint32_t seed, const uint8_t *stored)
{
    for (; buffer->name; buffer++) {
        uint8_t *to = LL_Buffer_addr_start(buffer);
        uint32_t n = LL_Buffer_len(buffer);
        if (!seed) {
            memcpy(to, stored, n);
            stored += n;
            continue;
        }
        for (uint32_t i = 0; i < n; i++) {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            to[i] = (uint8_t)(seed >> 24);
        }
    }
}

int ingot_self_test(const ingot_self_test_sample *test, const LL_Buffer_InfoTypeDef *inputs,
                    const LL_Buffer_InfoTypeDef *outputs, bool (*infer)(void *context), void *context)
{
    if (!inputs || !outputs || bytes_of(inputs) != test->input_bytes || bytes_of(outputs) != test->output_bytes)
        return INGOT_UPDATE_SELF_TEST;
    fill(inputs, test->seed, (const uint8_t *)(test + 1));
    if (!infer(context))
        return INGOT_UPDATE_SELF_TEST;
    ingot_sha256 hash;
    uint8_t digest[32];
    ingot_sha256_start(&hash);
    for (; outputs->name; outputs++)
        ingot_sha256_add(&hash, LL_Buffer_addr_start(outputs), LL_Buffer_len(outputs));
    ingot_sha256_end(&hash, digest);
    return memcmp(digest, test->digest, sizeof digest) == 0 ? INGOT_UPDATE_OK : INGOT_UPDATE_SELF_TEST;
}
