/* SPDX-License-Identifier: Apache-2.0 */
/* The message about a refused initializer; a file of its own so that a replaced hook leaves it out of the link. */
#include "ingot_runtime.h"

static void print_expected_and_found(const uint8_t *expected, const uint8_t *found)
{
    ingot_print("expected layout ");
    ingot_print_bytes(expected, 8);
    ingot_print(", found ");
    ingot_print_bytes(found, 8);
}

__attribute__((weak)) void ingot_initializer_refused(ingot_initializer_verdict verdict,
                                                     const ingot_initializer_header *found,
                                                     const uint8_t *expected_layout, uint32_t expected_size,
                                                     uint32_t crc)
{
    ingot_print("ingot: weights at ");
    ingot_print_hex((uint32_t)(uintptr_t)found);
    ingot_print(" refused: ");
    switch (verdict) {
    case INGOT_INITIALIZER_ABSENT:
        ingot_print("no initializer there (expected layout ");
        ingot_print_bytes(expected_layout, 8);
        ingot_print(", first bytes found ");
        ingot_print_bytes(found->magic, 4);
        ingot_print(")");
        break;
    case INGOT_INITIALIZER_OLD:
        ingot_print("format ");
        ingot_print_unsigned(found->format);
        ingot_print(", this firmware reads 1");
        break;
    case INGOT_INITIALIZER_OTHER:
        print_expected_and_found(expected_layout, found->layout);
        break;
    case INGOT_INITIALIZER_CUT:
        print_expected_and_found(expected_layout, found->layout);
        ingot_print("; expected ");
        ingot_print_unsigned(expected_size);
        ingot_print(" bytes, found ");
        ingot_print_unsigned(found->size);
        break;
    default:
        print_expected_and_found(expected_layout, found->layout);
        ingot_print("; the data is damaged: CRC-32 should be ");
        ingot_print_hex(found->crc);
        ingot_print(", is ");
        ingot_print_hex(crc);
        break;
    }
    ingot_print("\ningot: flash the weights that were built with this firmware\n");
}
