/* SPDX-License-Identifier: Apache-2.0 */
/* dense.h with Helium: which form computes which channels of which pixels. */
#ifndef INGOT_DENSE_MVE_H
#define INGOT_DENSE_MVE_H

/* Records that are used for all pixels before the next ones are: they stay in the data cache meanwhile. */
#define INGOT_DENSE_PASS_BYTES 12288

typedef struct ingot_dense_job {
    const int8_t *in[2];
    int8_t *out[2];
    const int8_t *records;
    unsigned turns;   /* of the loop over the chunks of 16 bytes, four a turn */
    unsigned blocks;  /* of eight channels */
    unsigned rest;    /* channels after them: 0..7 */
    unsigned pairs;   /* of pixels */
    unsigned in_step; /* from a pair to the next */
    unsigned out_step; /* the same, less what one pair's stores have advanced */
    int32_t zero, low, high;
    unsigned entry;  /* where the first turn begins: ingot_dense_entry() */
    unsigned chunks; /* of 16 bytes in a pixel */
#ifdef INGOT_DENSE_ADJUSTED
    const int32_t *adjust; /* a number a pixel that is added to each of its sums; two more are read */
#else
    unsigned left; /* some shifts may go left */
#endif
} ingot_dense_job;

#include "dense_alike_mve.h"
#include "dense_pairs_mve.h"

#define INGOT_DENSE_QUICK(job, flags) 0

#ifdef INGOT_EVEN
/* The true biases, saturating; one product of floats; to nearest. */
#define INGOT_SCALED                                                                                                   \
    "vcvt.f32.s32 q0, q0\n"                                                                                            \
    "vcvt.f32.s32 q1, q1\n"                                                                                            \
    "vmul.f32 q0, q0, q3\n"                                                                                            \
    "vmul.f32 q1, q1, q3\n"

INGOT_DENSE_PAIRS_WITH(ingot_dense_pairs_even, "", "vqadd.s32", INGOT_SCALED, "vcvtn.s32.f32", "", INGOT_STORE_CLAMPED,
                       "", "")

/* Whether biases are in the sums and results saturate at -128 and 127: the usual case. */
INGOT_INLINE int ingot_dense_is_usual(const ingot_dense_job *job, uint32_t flags)
{
    return (flags & INGOT_MAC_BIAS_IN_SUMS) && job->low == INT8_MIN && job->high == INT8_MAX;
}

#ifdef INGOT_W4
INGOT_DENSE_PAIRS_WITH(ingot_dense_pairs_whole, "", "@", INGOT_SCALED, "vcvtn.s32.f32", "", INGOT_STORE_SATURATED, "",
                       "")

static void ingot_dense_run(const ingot_dense_job *job, uint32_t flags)
{
    INGOT_CHECK_ALIGNED(job->records, 4);
    if (ingot_dense_is_usual(job, flags))
        ingot_dense_pairs_whole(job);
    else
        ingot_dense_pairs_even(job);
}
#else
#undef INGOT_DENSE_QUICK
#define INGOT_DENSE_QUICK ingot_dense_is_quick
#include "dense_thin_mve.h"
#include "dense_whole_mve.h"

/* Whether blocks of eight channels without a rest have a quicker form. */
INGOT_INLINE int ingot_dense_is_quick(const ingot_dense_job *job, uint32_t flags)
{
    return ingot_dense_is_usual(job, flags) && job->blocks;
}

static void ingot_dense_run(const ingot_dense_job *job, uint32_t flags)
{
    INGOT_CHECK_ALIGNED(job->records, 4);
    if (job->rest || !ingot_dense_is_quick(job, flags))
        ingot_dense_pairs_even(job);
    else if (!ingot_dense_run_thin(job))
        ingot_dense_whole(job);
}
#endif
#else
#if defined INGOT_DENSE_ADJUSTED || defined INGOT_W4
INGOT_DENSE_PAIRS(ingot_dense_pairs_any, INGOT_LEFT, INGOT_TIE_ANY)
INGOT_DENSE_PAIRS(ingot_dense_pairs_signed, "", INGOT_TIE_RIGHT)
#else
INGOT_DENSE_PAIRS_WITH(ingot_dense_pairs_any, INGOT_LEFT_OR_NOT, "vqrdmulh.s32", INGOT_TIE_ANY, "vrshl.s32", ", q3",
                       INGOT_STORE_CLAMPED, INGOT_LEFT_BEGIN, "")
#endif

#if defined INGOT_DENSE_ADJUSTED
#include "dense_thin_mve.h"
INGOT_DENSE_PAIRS(ingot_dense_pairs, "", "")
INGOT_DENSE_PAIRS_WITH(ingot_dense_pairs_saturated, INGOT_ADJUST_VECTORS, "vqrdmulh.s32", "", "vrshl.s32", ", q3",
                       INGOT_STORE_SATURATED, INGOT_ADJUST_VECTORS_BEGIN, INGOT_ADJUST_VECTORS_NEXT)
INGOT_DENSE_PAIRS_WITH(ingot_dense_pairs_saturated_signed, INGOT_ADJUST_VECTORS, "vqrdmulh.s32", INGOT_TIE_RIGHT,
                       "vrshl.s32", ", q3", INGOT_STORE_SATURATED, INGOT_ADJUST_VECTORS_BEGIN,
                       INGOT_ADJUST_VECTORS_NEXT)

static void ingot_dense_run(const ingot_dense_job *job, uint32_t flags)
{
    INGOT_CHECK_ALIGNED(job->records, 4);
    if (flags & INGOT_MAC_RIGHT_SHIFTS && !job->rest && job->low == INT8_MIN && job->high == INT8_MAX) {
        if (flags & INGOT_MAC_BELOW_ZERO) {
            ingot_dense_pairs_saturated_signed(job);
            return;
        }
        if (job->chunks > 2) {
            ingot_dense_pairs_saturated(job);
            return;
        }
    }
    if (!(flags & INGOT_MAC_RIGHT_SHIFTS))
        ingot_dense_pairs_any(job);
    else if (flags & INGOT_MAC_BELOW_ZERO)
        ingot_dense_pairs_signed(job);
    else if (job->low != INT8_MIN || job->high != INT8_MAX || !ingot_dense_run_thin(job))
        ingot_dense_pairs(job);
}
#elif defined INGOT_W4
INGOT_DENSE_PAIRS(ingot_dense_pairs, "", "")

static void ingot_dense_run(const ingot_dense_job *job, uint32_t flags)
{
    INGOT_CHECK_ALIGNED(job->records, 4);
    if (!(flags & INGOT_MAC_RIGHT_SHIFTS))
        ingot_dense_pairs_any(job);
    else if (flags & INGOT_MAC_BELOW_ZERO)
        ingot_dense_pairs_signed(job);
    else
        ingot_dense_pairs(job);
}
#else
#undef INGOT_DENSE_QUICK
#define INGOT_DENSE_QUICK ingot_dense_is_quick
#ifdef INGOT_DENSE_SHORT
#include "dense_short_mve.h"
#else
#include "dense_thin_mve.h"
#endif
#include "dense_whole_mve.h"

/* Whether blocks of eight channels without a rest have a quicker form. */
INGOT_INLINE int ingot_dense_is_quick(const ingot_dense_job *job, uint32_t flags)
{
    return (flags & INGOT_MAC_RIGHT_SHIFTS) && job->low == INT8_MIN && job->high == INT8_MAX && job->blocks &&
           (job->chunks > 1 || !(flags & INGOT_MAC_BELOW_ZERO));
}

/* The quickest form for the layer. What is left over and other clamps share the form for any shifts: four instructions
 * more for four channels of two pixels, and 900 bytes of code less. No function pointers: those would have to be relocated. */
static void ingot_dense_run(const ingot_dense_job *job, uint32_t flags)
{
    INGOT_CHECK_ALIGNED(job->records, 4);
    if (job->rest || !ingot_dense_is_quick(job, flags))
        ingot_dense_pairs_any(job);
    else if (flags & INGOT_MAC_BELOW_ZERO)
        ingot_dense_whole_signed(job);
    else if (!ingot_dense_run_thin(job))
        ingot_dense_whole(job);
}
#endif
#endif

/* `count` pixels, in_step and out_step bytes apart. Reads up to 15 bytes past each pixel. */
static void ingot_dense_pixels(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                               unsigned count)
{
    const ingot_mac_params *p = d->params;
    const unsigned block_bytes = 2 * ingot_dense_record_bytes(d->depth), all = d->channels / 8, pairs = count / 2;
    const unsigned cached = all * block_bytes > INGOT_DENSE_PASS_BYTES && count >= 4;
    const unsigned pass = cached ? (INGOT_DENSE_PASS_BYTES + block_bytes - 1) / block_bytes : all;
    const int mixed = !(p->flags & INGOT_MAC_RIGHT_SHIFTS);
    unsigned todo = all, left_over = d->channels % 8;
#ifdef INGOT_DENSE_IS_WIDE
    if (INGOT_DENSE_IS_WIDE(p)) {
        ingot_dense_portable(d, in, in_step, out, out_step, count);
        return;
    }
#endif
    ingot_dense_job job; /* no initializer: that is a call of memset() */
    job.records = d->records;
    job.turns = (d->depth + 63) / 64;
    job.chunks = (d->depth + 15) / 16;
    job.entry = ingot_dense_entry(job.chunks);
    job.in_step = 2 * in_step;
    job.zero = p->out_zero;
    job.low = p->low;
    job.high = p->high;
    do {
        uint32_t flags = p->flags;
        job.blocks = todo < pass ? todo : pass;
        if (mixed)
            job.blocks = ingot_dense_alike(job.records, block_bytes, job.blocks, &flags);
        todo -= job.blocks;
#ifndef INGOT_DENSE_ADJUSTED
        job.left = !(flags & INGOT_MAC_RIGHT_SHIFTS);
#endif
        /* What is left over is not looked at: it goes with the blocks whose shifts may be anything. And it has no quick
         * form: it does not go with blocks that do. */
        job.rest = 0;
        if (!todo && !(mixed && flags & INGOT_MAC_RIGHT_SHIFTS) && !INGOT_DENSE_QUICK(&job, flags)) {
            job.rest = left_over;
            left_over = 0;
        }
        job.out_step = 2 * out_step - (job.blocks * 8 + (job.rest + 3) / 4 * 4);
        job.in[0] = in;
        job.in[1] = in + in_step;
        job.out[0] = out;
        job.out[1] = out + out_step;
        job.pairs = pairs;
#ifdef INGOT_DENSE_ADJUSTED
        job.adjust = d->adjust;
#endif
        if (pairs)
            ingot_dense_run(&job, flags);
        if (count % 2) {
            /* The last one of an odd number is both pixels of a pair. */
            job.in[0] = job.in[1] = in + (count - 1) * in_step;
            job.out[0] = job.out[1] = out + (count - 1) * out_step;
            job.pairs = 1;
#ifdef INGOT_DENSE_ADJUSTED
            job.adjust = d->adjust + count - 1;
#endif
            ingot_dense_run(&job, flags);
        }
        job.records += job.blocks * block_bytes;
        out += job.blocks * 8;
    } while (todo || left_over);
}

#endif
