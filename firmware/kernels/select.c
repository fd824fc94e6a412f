/* SPDX-License-Identifier: Apache-2.0 */
#include "select.h"

static uint32_t dot(const uint32_t *a, const uint32_t *b)
{
    uint32_t sum = 0;
    for (int i = 0; i < INGOT_SELECT_LOOPS; i++)
        sum += a[i] * b[i];
    return sum;
}

/* computed: the inputs that are not constant, in their order. */
static void run(const ingot_select *k, const void *const *computed, char *out, const void *params, unsigned y,
                unsigned n)
{
    const char *in[3];
    for (unsigned i = 0; i < 3; i++)
        in[i] = k->constants >> i & 1 ? (const char *)params + k->place[i] : *computed++;
    for (; n; n--, y++) {
        char *to = out + ingot_row_offset(y, k->out_ring, k->row_elements * k->size);
        uint32_t at[INGOT_SELECT_LOOPS], index = y * k->row_elements;
        for (int i = INGOT_SELECT_LOOPS - 1; i >= 0; index /= k->extent[i], i--)
            at[i] = index % k->extent[i];
        for (uint32_t left = k->row_elements; left; left--, to += k->size) {
            const int yes = in[0][dot(at, k->condition)] != 0;
            memcpy(to, (yes ? in[1] : in[2]) + (size_t)dot(at, yes ? k->yes : k->no) * k->size, k->size);
            for (int i = INGOT_SELECT_LOOPS - 1; i >= 0 && ++at[i] == k->extent[i]; i--)
                at[i] = 0;
        }
    }
}

void ingot_select_1(const ingot_select *k, const void *in, void *out, const void *params, unsigned y, unsigned n)
{
    const void *const computed[] = {in};
    run(k, computed, out, params, y, n);
}

void ingot_select_2(const ingot_select *k, const void *in0, const void *in1, void *out, const void *params, unsigned y,
                    unsigned n)
{
    const void *const computed[] = {in0, in1};
    run(k, computed, out, params, y, n);
}

void ingot_select_3(const ingot_select *k, const void *in0, const void *in1, const void *in2, void *out,
                    const void *params, unsigned y, unsigned n)
{
    const void *const computed[] = {in0, in1, in2};
    run(k, computed, out, params, y, n);
}
