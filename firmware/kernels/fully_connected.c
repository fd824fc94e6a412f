#include "fully_connected.h"

static int32_t requantize_once(int32_t sum, uint32_t high, uint32_t low, int32_t right)
{
    const uint32_t size = sum < 0 ? 0u - (uint32_t)sum : (uint32_t)sum;
    uint64_t product = (uint64_t)size * high + ((uint64_t)size * low >> 32);
    /* A multiplier of 1/2 or more: with 61 bits left of the point there is no room to shift, and no need to. */
    if (right < 1) {
        const int left = 1 - right;
        product = product >> (62 - left) ? (uint64_t)1 << 62 : product << left;
        right = 1;
    }
    const int64_t result = (int64_t)(((product >> 31) + ((uint64_t)1 << (right - 1))) >> right);
    return (int32_t)(sum < 0 ? -result : result);
}

#if INGOT_MVE
/* Sums of eight channels: one vector times the weights a and b of two records, each `chunks` * 64 bytes. sums holds the
 * biases before. */
__attribute__((naked, noinline)) static void eight_sums(const int8_t *in __attribute__((unused)),
                                                        const int8_t *a __attribute__((unused)),
                                                        const int8_t *b __attribute__((unused)),
                                                        unsigned chunks __attribute__((unused)),
                                                        int32_t sums[8] __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "mov r5, r1\n"
                     "mov r7, r2\n"
                     "mov r9, r3\n"
                     "mov r1, r0\n"
                     "ldr r3, [sp, #36]\n"
                     "ldm r3, {r0, r2, r4, r6, r8, r10, r12, lr}\n"
                     "1:\n"
                     "vldrb.8 q0, [r1], #16\n"
                     "vldrb.8 q1, [r5], #16\n"
                     "vmladava.s8 r0, q0, q1\n"
                     "vldrb.8 q2, [r7], #16\n"
                     "vmladava.s8 r8, q0, q2\n"
                     "vldrb.8 q3, [r5], #16\n"
                     "vmladava.s8 r2, q0, q3\n"
                     "vldrb.8 q1, [r7], #16\n"
                     "vmladava.s8 r10, q0, q1\n"
                     "vldrb.8 q2, [r5], #16\n"
                     "vmladava.s8 r4, q0, q2\n"
                     "vldrb.8 q3, [r7], #16\n"
                     "vmladava.s8 r12, q0, q3\n"
                     "vldrb.8 q1, [r5], #16\n"
                     "vmladava.s8 r6, q0, q1\n"
                     "vldrb.8 q2, [r7], #16\n"
                     "vmladava.s8 lr, q0, q2\n"
                     "subs r9, #1\n"
                     "bne 1b\n"
                     "stm r3, {r0, r2, r4, r6, r8, r10, r12, lr}\n"
                     "pop {r4-r11, pc}\n");
}

/* Four results; the record's scaling numbers begin at `scaling`. */
INGOT_INLINE int32x4_t four_results(int32x4_t sum, const int32_t *scaling, const ingot_mac_params *p)
{
    int32x4_t size = vqabsq_s32(sum);
    size = vqdmulhq_s32(size, vld1q_s32(scaling));
    size = vrshlq_s32(size, vnegq_s32(vld1q_s32(scaling + 8)));
    size = vnegq_m_s32(size, size, vcmpltq_n_s32(sum, 0));
    size = vaddq_n_s32(size, p->out_zero);
    return vminq_s32(vmaxq_s32(size, vdupq_n_s32(p->low)), vdupq_n_s32(p->high));
}

static void one_vector(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const ingot_mac_params *p)
{
    const unsigned chunks = (k->depth + 15) / 16, bytes = 64 + chunks * 64;
    const int8_t *record = (const int8_t *)(p + 1);
    for (int left = (int)k->channels; left > 0; left -= 8, record += 2 * bytes, out += 8) {
        /* The second record is not there for the last four channels. */
        const int8_t *records[2] = {record, left > 4 ? record + bytes : record};
        int32_t sums[8];
        vst1q_s32(sums, vld1q_s32((const int32_t *)records[0]));
        vst1q_s32(sums + 4, vld1q_s32((const int32_t *)records[1]));
        eight_sums(in, records[0] + 16, records[1] + 16, chunks, sums);
        for (int half = 0; half < 2 && half * 4 < left; half++) {
            const int32_t *scaling = (const int32_t *)(records[half] + 16 + chunks * 64);
            if (p->flags & INGOT_FULLY_CONNECTED_SHORT) {
                const int32x4_t result = four_results(vld1q_s32(sums + 4 * half), scaling, p);
                vstrbq_p_s32(out + 4 * half, result, vctp32q((unsigned)(left - 4 * half)));
                continue;
            }
            for (int i = 0; i < 4 && 4 * half + i < left; i++)
                out[4 * half + i] = (int8_t)ingot_clamp(
                    requantize_once(sums[4 * half + i], (uint32_t)scaling[i], (uint32_t)scaling[4 + i], scaling[8 + i]) +
                        p->out_zero,
                    p->low, p->high);
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
                requantize_once(sums[lane], (uint32_t)scaling[lane], (uint32_t)scaling[4 + lane], scaling[8 + lane]);
            out[c + lane] = (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
        }
    }
}
#endif

void ingot_fully_connected_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const void *params,
                              unsigned y, unsigned n)
{
    (void)y;
    (void)n;
    for (unsigned vector = 0; vector < k->vectors; vector++, in += k->depth, out += k->channels)
        one_vector(k, in, out, params);
}
