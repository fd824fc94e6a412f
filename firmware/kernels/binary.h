/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise operators of two inputs: how they walk over their tensors, with broadcasting.
 *
 * A row of the output is up to four nested loops around a run of `run` elements. An input that is broadcast along a loop
 * has stride 0 there; along the rows, pitch 0; along the run, step 0. All in elements.
 *
 * The second operand may be constant; it then stands in the parameter block behind the operator's parameters.
 */
#ifndef INGOT_BINARY_H
#define INGOT_BINARY_H

#include "ingot_kernel.h"

typedef struct ingot_binary {
    uint32_t run;
    uint32_t in0_pitch, in1_pitch, out_pitch; /* elements from one row to the next */
    uint16_t count[4];                        /* the loops, outermost first; 1 where there is none */
    int32_t in0_stride[4], in1_stride[4];
    uint8_t in0_step, in1_step;
    uint16_t in0_ring, in1_ring; /* of two activations */
    uint16_t in_ring, out_ring;  /* in_ring: when the second operand is constant */
} ingot_binary;

/* One run: out[i] = f(a[i * a_step], b[i * b_step]) for i < n. Steps are 0 or 1. */
typedef void ingot_binary_run(const void *params, const void *a, unsigned a_step, const void *b, unsigned b_step,
                              void *out, unsigned n);

/* Walks over n rows from row y. size: bytes of an input's element; out_size: of an output's. */
INGOT_INLINE void ingot_binary_walk(const ingot_binary *k, const void *in0, unsigned in0_ring, const void *in1,
                                    unsigned in1_ring, void *out, unsigned size, unsigned out_size,
                                    const void *params, unsigned y, unsigned n, ingot_binary_run *f)
{
    unsigned run = k->run;
    if (n > 1 && !(in0_ring | in1_ring | k->out_ring) && run == k->out_pitch && run == k->in0_pitch &&
        run == k->in1_pitch) { /* rows that touch are one long run */
        in0 = (const char *)in0 + (uintptr_t)y * run * size;
        in1 = (const char *)in1 + (uintptr_t)y * run * size;
        out = (char *)out + (uintptr_t)y * run * out_size;
        run *= n;
        y = 0;
        n = 1;
    }
    for (; n; n--, y++) {
        const char *a0 = (const char *)in0 + ingot_row_offset(y, in0_ring, k->in0_pitch * size);
        const char *b0 = (const char *)in1 + ingot_row_offset(y, in1_ring, k->in1_pitch * size);
        char *o = (char *)out + ingot_row_offset(y, k->out_ring, k->out_pitch * out_size);
        for (unsigned i0 = k->count[0]; i0; i0--) {
            const char *a1 = a0, *b1 = b0;
            for (unsigned i1 = k->count[1]; i1; i1--) {
                const char *a2 = a1, *b2 = b1;
                for (unsigned i2 = k->count[2]; i2; i2--) {
                    const char *a3 = a2, *b3 = b2;
                    for (unsigned i3 = k->count[3]; i3; i3--) {
                        f(params, a3, k->in0_step, b3, k->in1_step, o, run);
                        o += (size_t)run * out_size;
                        a3 += k->in0_stride[3] * (int)size;
                        b3 += k->in1_stride[3] * (int)size;
                    }
                    a2 += k->in0_stride[2] * (int)size;
                    b2 += k->in1_stride[2] * (int)size;
                }
                a1 += k->in0_stride[1] * (int)size;
                b1 += k->in1_stride[1] * (int)size;
            }
            a0 += k->in0_stride[0] * (int)size;
            b0 += k->in1_stride[0] * (int)size;
        }
    }
}

/* Defines ingot_<name>() for two activations and ingot_<name_const>() for a constant second operand. walk:
 * ingot_binary_walk, or a function that a file with many kernels has around it once. */
#define INGOT_BINARY_KERNEL_BY(walk, name, name_const, type, out_type, params_size, run_function)                     \
    static __attribute__((noinline)) void name##_walk(const ingot_binary *k, const void *in0, unsigned in0_ring,     \
                                                      const void *in1, unsigned in1_ring, void *out,                 \
                                                      const void *params, unsigned y, unsigned n)                    \
    {                                                                                                                 \
        walk(k, in0, in0_ring, in1, in1_ring, out, sizeof(type), sizeof(out_type), params, y, n, run_function);       \
    }                                                                                                                 \
    void ingot_##name(const ingot_binary *k, const type *in0, const type *in1, out_type *out, const void *params,     \
                      unsigned y, unsigned n)                                                                         \
    {                                                                                                                 \
        name##_walk(k, in0, k->in0_ring, in1, k->in1_ring, out, params, y, n);                                        \
    }                                                                                                                 \
    void ingot_##name_const(const ingot_binary *k, const type *in, out_type *out, const void *params, unsigned y,     \
                            unsigned n)                                                                               \
    {                                                                                                                 \
        name##_walk(k, in, k->in_ring, (const char *)params + (params_size), 0, out, params, y, n);                   \
    }

#define INGOT_BINARY_KERNEL(name, name_const, type, out_type, params_size, run_function)                              \
    INGOT_BINARY_KERNEL_BY(ingot_binary_walk, name, name_const, type, out_type, params_size, run_function)

/* The prototypes of the above, for the operator's header. */
#define INGOT_BINARY_PROTOTYPES(name, name_const, type, out_type)                                                     \
    void ingot_##name(const ingot_binary *k, const type *in0, const type *in1, out_type *out, const void *params,     \
                      unsigned y, unsigned n);                                                                        \
    void ingot_##name_const(const ingot_binary *k, const type *in, out_type *out, const void *params, unsigned y,     \
                            unsigned n);

#endif
