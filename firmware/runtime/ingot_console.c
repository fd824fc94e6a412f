/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_runtime.h"

#include <string.h>

void (*ingot_console_port)(const char *text, size_t n);

__attribute__((weak)) void ingot_console_write(const char *text, size_t n)
{
    if (ingot_console_port)
        ingot_console_port(text, n);
}

__attribute__((weak)) bool ingot_console_divert(const char *text, size_t n)
{
    (void)text;
    (void)n;
    return false;
}

static void put(const char *text, size_t n)
{
    if (!ingot_console_divert(text, n))
        ingot_console_write(text, n);
}

void ingot_print(const char *text)
{
    put(text, strlen(text));
}

static const char digit[] = "0123456789abcdef";

void ingot_print_unsigned64(uint64_t value)
{
    char text[20];
    size_t first = sizeof text;
    /* Two divisions by 10^9 at most go through 64 bits; the digits come out of 32-bit ones. */
    do {
        uint32_t part = (uint32_t)(value % 1000000000u);
        value /= 1000000000u;
        for (int i = 0; i < 9 && (part || value || first == sizeof text); i++) {
            text[--first] = digit[part % 10];
            part /= 10;
        }
    } while (value);
    put(text + first, sizeof text - first);
}

void ingot_print_unsigned(uint32_t value)
{
    char text[10];
    size_t first = sizeof text;
    do {
        text[--first] = digit[value % 10];
        value /= 10;
    } while (value);
    put(text + first, sizeof text - first);
}

void ingot_print_hex(uint32_t value)
{
    char text[10] = {'0', 'x'};
    for (int i = 9; i >= 2; i--, value >>= 4)
        text[i] = digit[value & 15];
    put(text, sizeof text);
}

void ingot_print_bytes(const uint8_t *bytes, size_t n)
{
    for (; n; n--, bytes++) {
        char text[2] = {digit[*bytes >> 4], digit[*bytes & 15]};
        put(text, sizeof text);
    }
}
