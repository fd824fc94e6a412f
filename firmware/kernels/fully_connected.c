/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected.h"

#include "requantize_once.h"

#if INGOT_MVE
/* Eight channels: one vector times the weights of two records, 17 instructions for 128 products. Sums in the even
 * registers, of the first record in r0 r2 r4 r6, of the second in r8 r10 r12 lr. r1: vector; r5, r7: records; r11: its
 * chunks. */
#define EIGHT_SUMS                                                                                                     \
    "ldrd r0, r2, [r5], #8\n"                                                                                          \
    "ldrd r4, r6, [r5], #8\n"                                                                                          \
    "ldrd r8, r10, [r7], #8\n"                                                                                         \
    "ldrd r12, lr, [r7], #8\n"                                                                                         \
    "2:\n"                                                                                                             \
    "vldrb.8 q0, [r1], #16\n"                                                                                          \
    "vldrb.8 q1, [r5], #16\n"                                                                                          \
    "vmladava.s8 r0, q0, q1\n"                                                                                         \
    "vldrb.8 q2, [r7], #16\n"                                                                                          \
    "vmladava.s8 r8, q0, q2\n"                                                                                         \
    "vldrb.8 q3, [r5], #16\n"                                                                                          \
    "vmladava.s8 r2, q0, q3\n"                                                                                         \
    "vldrb.8 q1, [r7], #16\n"                                                                                          \
    "vmladava.s8 r10, q0, q1\n"                                                                                        \
    "vldrb.8 q2, [r5], #16\n"                                                                                          \
    "vmladava.s8 r4, q0, q2\n"                                                                                         \
    "vldrb.8 q3, [r7], #16\n"                                                                                          \
    "vmladava.s8 r12, q0, q3\n"                                                                                        \
    "vldrb.8 q1, [r5], #16\n"                                                                                          \
    "vmladava.s8 r6, q0, q1\n"                                                                                         \
    "vldrb.8 q2, [r7], #16\n"                                                                                          \
    "vmladava.s8 lr, q0, q2\n"                                                                                         \
    "subs r11, #1\n"                                                                                                   \
    "bne 2b\n"                                                                                                         \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                      \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                      \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                     \
    "vmov q1[3], q1[1], r10, lr\n"

/* The results of one record: sums become bytes at r2, as many as are left (r9). r0: zero point; q5, q6: clamps. */
#define FOUR_RESULTS(sums, record)                                                                                     \
    "vqabs.s32 q2, " sums "\n"                                                                                         \
    "vldrw.32 q3, [" record "]\n"                                                                                      \
    "vqdmulh.s32 q2, q2, q3\n"                                                                                         \
    "vldrw.32 q3, [" record ", #32]\n"                                                                                 \
    "vneg.s32 q3, q3\n"                                                                                                \
    "vrshl.s32 q2, q2, q3\n"                                                                                           \
    "vpt.s32 lt, " sums ", zr\n"                                                                                       \
    "vnegt.s32 q2, q2\n"                                                                                               \
    "vadd.i32 q2, q2, r0\n"                                                                                            \
    "vmax.s32 q2, q2, q5\n"                                                                                            \
    "vmin.s32 q2, q2, q6\n"                                                                                            \
    "vctp.32 r9\n"                                                                                                     \
    "vpst\n"                                                                                                           \
    "vstrbt.32 q2, [r2], #4\n"

/* What short_results() works on; record and out advance. bytes: of a record. left: channels. */
typedef struct job {
    const int8_t *in;
    unsigned chunks;
    const int8_t *record;
    unsigned bytes;
    int8_t *out;
    int32_t zero;
    unsigned left;
    int32_t low, high;
} job;

/* All channels of a vector, with INGOT_FULLY_CONNECTED_SHORT. */
__attribute__((naked, noinline)) static void short_results(job *j __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "vpush {d10-d13}\n"
                     "mov r3, r0\n"
                     "ldr r9, [r3, #24]\n"
                     "ldrd r4, r5, [r3, #28]\n"
                     "vdup.32 q5, r4\n"
                     "vdup.32 q6, r5\n"
                     "1:\n"
                     "ldrd r5, r0, [r3, #8]\n"
                     "ldrd r1, r11, [r3]\n"
                     "add r7, r5, r0\n"
                     "add r0, r7\n"
                     "str r0, [r3, #8]\n"
                     /* There is no second record for the last four channels. */
                     "cmp r9, #4\n"
                     "it le\n"
                     "movle r7, r5\n" EIGHT_SUMS "ldrd r2, r0, [r3, #16]\n" FOUR_RESULTS("q0", "r5")
                     "subs r9, #4\n"
                     "ble 3f\n" FOUR_RESULTS("q1", "r7")
                     "str r2, [r3, #16]\n"
                     "subs r9, #4\n"
                     "bgt 1b\n"
                     "3:\n"
                     "vpop {d10-d13}\n"
                     "pop {r4-r11, pc}\n");
}

/* Sums of eight channels, for those that need the long product. */
__attribute__((naked, noinline)) static void eight_sums(const int8_t *in __attribute__((unused)),
                                                        const int8_t *a __attribute__((unused)),
                                                        const int8_t *b __attribute__((unused)),
                                                        unsigned chunks __attribute__((unused)),
                                                        int32_t sums[8] __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "mov r5, r1\n"
                     "mov r7, r2\n"
                     "mov r11, r3\n"
                     "mov r1, r0\n"
                     "ldr r3, [sp, #36]\n" EIGHT_SUMS "vstrw.32 q0, [r3]\n"
                     "vstrw.32 q1, [r3, #16]\n"
                     "pop {r4-r11, pc}\n");
}

static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
    const unsigned chunks = (k->depth + 15) / 16, bytes = 64 + chunks * 64;
    const int8_t *record = (const int8_t *)(p + 1);
    if (p->flags & INGOT_FULLY_CONNECTED_SHORT) {
        INGOT_CHECK_ALIGNED(record, 4);
        job j = {in, chunks, record, bytes, out, p->out_zero, k->channels, p->low, p->high};
        short_results(&j);
        return;
    }
    for (int left = (int)k->channels; left > 0; left -= 8, record += 2 * bytes, out += 8) {
        const int8_t *records[2] = {record, left > 4 ? record + bytes : record};
        int32_t sums[8];
        INGOT_CHECK_ALIGNED(record, 4);
        eight_sums(in, records[0], records[1], chunks, sums);
        for (int i = 0; i < 8 && i < left; i++) {
            const int32_t *scaling = (const int32_t *)(records[i / 4] + 16 + chunks * 64) + i % 4;
            const int32_t scaled = ingot_requantize_once(sums[i], (uint32_t)scaling[0], (uint32_t)scaling[4], scaling[8]);
            out[i] = (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
        }
    }
}
#else
#if INGOT_DSP
/* Four bytes of the vector times those of each lane. r8 r9: even and odd bytes of the vector. */
#define LANE(sum, weights)                                                                                             \
    "ldr r10, " weights "\n"                                                                                           \
    "sxtb16 r11, r10, ror #8\n"                                                                                        \
    "sxtb16 r10, r10\n"                                                                                                \
    "smlad " sum ", r9, r11, " sum "\n"                                                                                \
    "smlad " sum ", r8, r10, " sum "\n"

#define FOUR_LANES(in, weights0, weights1, weights2, weights3)                                                         \
    "ldr r8, " in "\n"                                                                                                 \
    "sxtb16 r9, r8, ror #8\n"                                                                                          \
    "sxtb16 r8, r8\n" LANE("r4", weights0) LANE("r5", weights1)                                                        \
        LANE("r6", weights2) LANE("r7", weights3)

/* Adds a vector times the four lanes of a record, 23 instructions for 16 products. Reads whole chunks of 16 bytes. */
__attribute__((naked, noinline)) static void
add_products(const int8_t *in __attribute__((unused)), const int8_t *weights __attribute__((unused)),
             unsigned chunks __attribute__((unused)), int32_t sums[4] __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "ldm r3, {r4-r7}\n"
                     "1:\n"
                     FOUR_LANES("[r0, #12]", "[r1, #12]", "[r1, #28]", "[r1, #44]", "[r1, #60]")
                     FOUR_LANES("[r0, #8]", "[r1, #8]", "[r1, #24]", "[r1, #40]", "[r1, #56]")
                     FOUR_LANES("[r0, #4]", "[r1, #4]", "[r1, #20]", "[r1, #36]", "[r1, #52]")
                     FOUR_LANES("[r0], #16", "[r1, #0]", "[r1, #16]", "[r1, #32]", "[r1, #48]")
                     "adds r1, #64\n"
                     "subs r2, #1\n"
                     "bne 1b\n"
                     "stm r3, {r4-r7}\n"
                     "pop {r4-r11, pc}\n");
}

/* The four sums of a record. */
static void four_sums(const int8_t *in, unsigned depth, const int8_t *record, int32_t sums[4])
{
    memcpy(sums, record, 16);
    add_products(in, record + 16, (depth + 15) / 16, sums);
}
#else
static void four_sums(const int8_t *in, unsigned depth, const int8_t *record, int32_t sums[4])
{
    memcpy(sums, record, 16);
    for (unsigned lane = 0; lane < 4; lane++)
        for (unsigned i = 0; i < depth; i++)
            sums[lane] += in[i] * record[16 + i / 16 * 64 + lane * 16 + i % 16];
}
#endif

static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
    const unsigned chunks = (k->depth + 15) / 16, bytes = 64 + chunks * 64;
    const int8_t *record = (const int8_t *)(p + 1);
    for (unsigned c = 0; c < k->channels; c += 4, record += bytes) {
        const int32_t *scaling = (const int32_t *)(record + 16 + chunks * 64);
        int32_t sums[4];
        four_sums(in, k->depth, record, sums);
        for (unsigned lane = 0; lane < 4 && c + lane < k->channels; lane++) {
            const int32_t scaled =
                ingot_requantize_once(sums[lane], (uint32_t)scaling[lane], (uint32_t)scaling[4 + lane], scaling[8 + lane]);
            out[c + lane] = (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
        }
    }
}
#endif

INGOT_FULLY_CONNECTED(fully_connected_s8, int8_t)
