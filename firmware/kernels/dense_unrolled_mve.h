/* SPDX-License-Identifier: Apache-2.0 */
/* dense.h with Helium for pixels of INGOT_X chunks of 16 bytes (9: and more): what dense_x_mve.h is for; the rest goes to
 * ingot_dense_s8(). */
#ifndef INGOT_DENSE_UNROLLED_MVE_H
#define INGOT_DENSE_UNROLLED_MVE_H

#include "dense_alike_mve.h"
#include "dense_any.h"
#include "dense_x_mve.h"

/* Records that are used for all pixels before the next ones are: they stay in the data cache meanwhile. */
#define INGOT_X_PASS_BYTES 12288

INGOT_DENSE_X(ingot_dense_x, ingot_x_job, INGOT_X_WHOLE(), INGOT_X_DRAIN)
INGOT_DENSE_X(ingot_dense_x_signed, ingot_x_job, INGOT_X_WHOLE(_SIGNED), INGOT_X_DRAIN_SIGNED)

static void ingot_dense_x_run(const ingot_x_job *job, uint32_t flags)
{
    INGOT_CHECK_ALIGNED(job->records, 4);
    if (flags & INGOT_MAC_BELOW_ZERO)
        ingot_dense_x_signed(job);
    else
        ingot_dense_x(job);
}

/* Of a turn's four chunks, the first turn leaves out what makes a multiple of four of all behind the head. */
#define INGOT_X_HEAD 8
#define INGOT_X_CHUNK_BYTES 56
INGOT_INLINE void ingot_x_set_depth(ingot_x_job *job, unsigned chunks)
{
#if INGOT_X < 9
    (void)job;
    (void)chunks;
#else
    job->last = 16 * (chunks - 1);
    job->entry = -(chunks - INGOT_X_HEAD) % 4 * INGOT_X_CHUNK_BYTES + 1; /* Thumb */
#endif
}

/* `count` pixels, in_step and out_step bytes apart, of a depth of INGOT_X chunks. Reads up to 15 bytes past each pixel. */
static void ingot_dense_pixels(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                               unsigned count)
{
    const ingot_mac_params *p = d->params;
    const unsigned bytes = 2 * ingot_dense_record_bytes(d->depth), pass = (INGOT_X_PASS_BYTES + bytes - 1) / bytes;
    const unsigned whole = p->low == INT8_MIN && p->high == INT8_MAX ? d->channels / 8 : 0;
    unsigned todo = whole;
    const unsigned most = todo * bytes > INGOT_X_PASS_BYTES && count >= 4 ? pass : todo;
    ingot_dense other = *d; /* what goes to the other forms */
    ingot_x_job job; /* no initializer: that is a call of memset() */
    job.in_step = 2 * in_step;
    job.zero = p->out_zero;
    job.bytes = bytes;
    ingot_x_set_depth(&job, (d->depth + 15) / 16);
    for (; todo; todo -= job.blocks) {
        uint32_t flags = p->flags;
        job.blocks = todo < most ? todo : most;
        if (!(flags & INGOT_MAC_RIGHT_SHIFTS))
            job.blocks = ingot_dense_alike(other.records, bytes, job.blocks, &flags);
        if (flags & INGOT_MAC_RIGHT_SHIFTS) {
            job.records = other.records;
            job.in[0] = in;
            job.in[1] = in + in_step;
            job.out[0] = out;
            job.out[1] = out + out_step;
            job.out_step = 2 * out_step - 8 * job.blocks;
            job.pairs = count / 2;
            if (job.pairs)
                ingot_dense_x_run(&job, flags);
            if (count % 2) {
                /* The last one of an odd number is both pixels of a pair. */
                job.in[0] = job.in[1] = in + (count - 1) * in_step;
                job.out[0] = job.out[1] = out + (count - 1) * out_step;
                job.pairs = 1;
                ingot_dense_x_run(&job, flags);
            }
        } else {
            other.channels = job.blocks * 8;
            ingot_dense_s8(&other, in, in_step, out, out_step, count);
        }
        other.records += job.blocks * bytes;
        out += job.blocks * 8;
    }
    other.channels = d->channels - whole * 8;
    if (other.channels)
        ingot_dense_s8(&other, in, in_step, out, out_step, count);
}

#endif
