/* SPDX-License-Identifier: Apache-2.0 */
/* What every relocatable image brings along: it is linked without a C library, and cannot reach the application's.
 *
 * Plain loops; an attribute keeps the compiler from turning them into calls of themselves.
 */
#include <stddef.h>
#include <stdint.h>

#include "ingot_runtime.h"

#if __has_attribute(no_builtin) /* clang's word for it */
#define NOT_ITSELF __attribute__((no_builtin))
#else
#define NOT_ITSELF __attribute__((optimize("no-tree-loop-distribute-patterns")))
#endif

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *left, const void *right, size_t n);

NOT_ITSELF void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    uint8_t *target = to;
    const uint8_t *source = from;
    while (n--)
        *target++ = *source++;
    return to;
}

NOT_ITSELF void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *target = to;
    const uint8_t *source = from;
    if ((uintptr_t)target <= (uintptr_t)source || (uintptr_t)target >= (uintptr_t)source + n)
        return memcpy(to, from, n);
    while (n--)
        target[n] = source[n];
    return to;
}

NOT_ITSELF void *memset(void *to, int value, size_t n)
{
    uint8_t *target = to;
    while (n--)
        *target++ = (uint8_t)value;
    return to;
}

NOT_ITSELF int memcmp(const void *left, const void *right, size_t n)
{
    const uint8_t *a = left, *b = right;
    for (; n; n--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}

/* An image has no console: the runtime says that the network could not be initialised. */
void ingot_initializer_refused(ingot_initializer_verdict verdict, const ingot_initializer_header *found,
                               const uint8_t *expected_layout, uint32_t expected_size, uint32_t crc)
{
    (void)verdict;
    (void)found;
    (void)expected_layout;
    (void)expected_size;
    (void)crc;
}

/* For the header of runtime 1.1.3: nothing is encrypted, what is read there is zero. */
const void *ingot_no_encryption(void);

const void *ingot_no_encryption(void)
{
    static const uint32_t none[16] = {0};
    return none;
}
