#include <stddef.h>

#include "depthwise_window.h"

#if INGOT_DSP
#include "depthwise_dsp.h"
#else

static void row_portable(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
    for (int x = 0; x < k->out_w; x++)
        for (unsigned c = 0; c < k->out_c; c++)
            *to++ = ingot_depthwise_value(k, image, p, y, x, c);
}
#endif

#if INGOT_MVE

/* Pixels next to each other in a row. The nine taps are pixels of their own, so edges are pixels of zero points. */
typedef struct run {
    int16_t zero[8]; /* the output's zero point; the clamps */
    int8_t low[16], high[16];
    const int8_t *taps[9];
    int32_t advance[3]; /* from behind the channels of a tap to the next pixel's, for each row of the kernel */
    int32_t advance_to; /* the same for the output */
    const void *weights;
    uint32_t channels, pixels;
} run;

/* The registers: r0-r8 the taps, r10 the block, r11 the output, r12 the run, lr the channels that are left.
 * q0-q3 sums of channels 0 4 8 12, 2 6 10 14, 1 5 9 13, 3 7 11 15; q4, q5 products of the even and odd channels.
 * Two products are added in 16 bits before they are widened. GCC spills this loop from intrinsics. */
#define FIRST(tap, from)                    \
    "vldrb.8   q6, [" from "], #16      \n" \
    "vldrb.8   q7, [r10, #16 * " tap "] \n" \
    "vmullb.s8 q4, q6, q7               \n" \
    "vmullt.s8 q5, q6, q7               \n"
#define SECOND(tap, from)                   \
    "vldrb.8   q6, [" from "]           \n" \
    "vldrb.8   q7, [r10, #16 * " tap "] \n" \
    "vmullb.s8 q6, q6, q7               \n" \
    "vadd.i16  q4, q4, q6               \n" \
    "vldrb.8   q6, [" from "], #16      \n" \
    "vmullt.s8 q6, q6, q7               \n" \
    "vadd.i16  q5, q5, q6               \n"
#define WIDEN                  \
    "vmovlb.s16 q6, q4      \n" \
    "vmovlt.s16 q7, q4      \n" \
    "vadd.i32   q0, q0, q6  \n" \
    "vmovlb.s16 q6, q5      \n" \
    "vadd.i32   q1, q1, q7  \n" \
    "vmovlt.s16 q7, q5      \n" \
    "vadd.i32   q2, q2, q6  \n" \
    "vadd.i32   q3, q3, q7  \n"
/* Results below the zero point are clamped, so how they round does not matter. */
#define ROUND_UP(sum, at)                  \
    "vldrw.32     q4, [r10, #64 + " at "]  \n" \
    "vldrw.32     q5, [r10, #128 + " at "] \n" \
    "vqrdmulh.s32 " sum ", " sum ", q4     \n" \
    "vrshl.s32    " sum ", " sum ", q5     \n"
/* VRSHL rounds ties up, so negative numbers are lowered by one first. */
#define ROUND_AWAY(sum, at)                    \
    "vldrw.32     q4, [r10, #64 + " at "]  \n" \
    "vldrw.32     q5, [r10, #128 + " at "] \n" \
    "vqrdmulh.s32 " sum ", " sum ", q4     \n" \
    "vshr.s32     q6, " sum ", #31         \n" \
    "vadd.i32     " sum ", " sum ", q6     \n" \
    "vrshl.s32    " sum ", " sum ", q5     \n"
/* Shifts to the left come before the product; nothing is lowered where there is no shift to the right. */
#define ROUND_ANY(sum, at)                     \
    "vmov.i32     q6, #0                   \n" \
    "vldrw.32     q4, [r10, #64 + " at "]  \n" \
    "vldrw.32     q5, [r10, #128 + " at "] \n" \
    "vmax.s32     q7, q5, q6               \n" \
    "vmin.s32     q5, q5, q6               \n" \
    "vshl.s32     " sum ", " sum ", q7     \n" \
    "vqrdmulh.s32 " sum ", " sum ", q4     \n" \
    "vand         q7, " sum ", q5          \n" \
    "vshr.s32     q7, q7, #31              \n" \
    "vqadd.s32    " sum ", " sum ", q7     \n" \
    "vrshl.s32    " sum ", " sum ", q5     \n"

#define PIXELS(name, ROUND)                                                                                      \
    __attribute__((noinline)) static void name(run *r, int8_t *to)                                               \
    {                                                                                                            \
        register run *state __asm__("r12") = r;                                                                  \
        register int8_t *output __asm__("r11") = to;                                                             \
        __asm__ volatile("add r0, r12, %[taps] \n ldm r0, {r0-r8}                                           \n"   \
                         "1: ldr r10, [r12, %[weights]]                                                     \n"   \
                         "ldr lr, [r12, %[channels]]                                                        \n"   \
                         "2: vldrw.32 q0, [r10, #144]                                                       \n"   \
                         "vldrw.32 q1, [r10, #160]                                                          \n"   \
                         "vldrw.32 q2, [r10, #176]                                                          \n"   \
                         "vldrw.32 q3, [r10, #192]                                                          \n"   \
                         /* The immediate of a byte load reaches 127 bytes. */                                    \
                         FIRST("0", "r0") SECOND("1", "r1") WIDEN FIRST("2", "r2") SECOND("3", "r3") WIDEN       \
                         FIRST("4", "r4") SECOND("5", "r5") WIDEN FIRST("6", "r6") SECOND("7", "r7") WIDEN       \
                         "add r10, r10, #144                                                                \n"   \
                         "vldrb.8 q6, [r8], #16                                                             \n"   \
                         "vldrb.8 q7, [r10, #-16]                                                           \n"   \
                         "vmullb.s8 q4, q6, q7                                                              \n"   \
                         "vmullt.s8 q5, q6, q7                                                              \n"   \
                         WIDEN                                                                                   \
                         ROUND("q0", "0") ROUND("q1", "16") ROUND("q2", "32") ROUND("q3", "48")                  \
                         "vqmovnb.s32 q0, q0                                                                \n"   \
                         "vqmovnb.s32 q2, q2                                                                \n"   \
                         "vqmovnt.s32 q0, q1                                                                \n"   \
                         "vqmovnt.s32 q2, q3                                                                \n"   \
                         "vldrh.16 q4, [r12, %[zero]]                                                       \n"   \
                         "vqadd.s16 q0, q0, q4                                                              \n"   \
                         "vqadd.s16 q2, q2, q4                                                              \n"   \
                         "vldrb.8 q5, [r12, %[low]]                                                         \n"   \
                         "vqmovnb.s16 q0, q0                                                                \n"   \
                         "vldrb.8 q6, [r12, %[high]]                                                        \n"   \
                         "vqmovnt.s16 q0, q2                                                                \n"   \
                         "vmax.s8 q0, q0, q5                                                                \n"   \
                         "vmin.s8 q0, q0, q6                                                                \n"   \
                         "vctp.8 lr                                                                         \n"   \
                         "vpst                                                                              \n"   \
                         "vstrbt.8 q0, [r11], #16                                                           \n"   \
                         "add r10, r10, #192                                                                \n"   \
                         "subs lr, lr, #16                                                                  \n"   \
                         "bgt 2b                                                                            \n"   \
                         "ldr lr, [r12, %[advance]]                                                         \n"   \
                         "add r0, r0, lr \n add r1, r1, lr \n add r2, r2, lr                                \n"   \
                         "ldr lr, [r12, %[advance] + 4]                                                     \n"   \
                         "add r3, r3, lr \n add r4, r4, lr \n add r5, r5, lr                                \n"   \
                         "ldr lr, [r12, %[advance] + 8]                                                     \n"   \
                         "add r6, r6, lr \n add r7, r7, lr \n add r8, r8, lr                                \n"   \
                         "ldr lr, [r12, %[advance_to]]                                                      \n"   \
                         "add r11, r11, lr                                                                  \n"   \
                         "ldr lr, [r12, %[pixels]]                                                          \n"   \
                         "subs lr, lr, #1                                                                   \n"   \
                         "str lr, [r12, %[pixels]]                                                          \n"   \
                         "bne 1b                                                                            \n"   \
                         : "+r"(output)                                                                          \
                         : "r"(state), [taps] "i"(offsetof(run, taps)), [weights] "i"(offsetof(run, weights)),   \
                           [channels] "i"(offsetof(run, channels)), [zero] "i"(offsetof(run, zero)),             \
                           [low] "i"(offsetof(run, low)), [high] "i"(offsetof(run, high)),                       \
                           [advance] "i"(offsetof(run, advance)), [advance_to] "i"(offsetof(run, advance_to)),   \
                           [pixels] "i"(offsetof(run, pixels))                                                   \
                         : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r10", "lr", "q0", "q1", "q2",  \
                           "q3", "q4", "q5", "q6", "q7", "cc", "memory");                                        \
    }

PIXELS(pixels_round_up, ROUND_UP)
PIXELS(pixels_round_away, ROUND_AWAY)
PIXELS(pixels_round_any, ROUND_ANY)

static void run_pixels(run *r, uint32_t flags, int8_t *to)
{
    if (!(flags & INGOT_MAC_RIGHT_SHIFTS))
        pixels_round_any(r, to);
    else if (flags & INGOT_MAC_BELOW_ZERO)
        pixels_round_away(r, to);
    else
        pixels_round_up(r, to);
}

/* What stays the same for all rows of a call. */
typedef struct plan {
    const ingot_depthwise *k;
    uint32_t flags;
    const int8_t *zeros; /* a pixel of zero points, or as many as run together */
    int first, inside;   /* the output pixels whose windows lie between the left and the right edge: first, count */
} plan;

/* Output pixels x, x + 1, ... of one row, as pixels of `together` times the channels. */
static int8_t *span(const plan *s, run *r, const int8_t *const lines[3], int8_t *to, int x, int pixels, int together)
{
    const ingot_depthwise *k = s->k;
    const int channels = k->out_c, extent = together * channels, padded = (extent + 15) / 16 * 16;
    const int left = x * k->stride_w - k->pad_left;
    const int8_t **tap = r->taps;
    for (int i = 0; i < 3; i++, tap += 3) {
        const int step = lines[i] ? channels : 0, across = k->dilation_w * step;
        tap[0] = (lines[i] ? lines[i] : s->zeros) + left * step;
        tap[1] = tap[0] + across;
        tap[2] = tap[1] + across;
        r->advance[i] = k->stride_w * together * step - padded;
    }
    if (x < s->first || x >= s->first + s->inside)
        for (int j = 0, column = left; j < 3; j++, column += k->dilation_w)
            if ((unsigned)column >= k->in_w)
                r->taps[j] = r->taps[j + 3] = r->taps[j + 6] = s->zeros;
    r->advance_to = extent - padded;
    r->channels = (uint32_t)extent;
    r->pixels = (uint32_t)pixels;
    run_pixels(r, s->flags, to);
    return to + pixels * extent;
}

static void row_helium(const plan *s, run *r, const int8_t *image, int8_t *to, int y)
{
    const ingot_depthwise *k = s->k;
    const int8_t *lines[3]; /* the rows of the kernel; NULL outside the image */
    for (int i = 0; i < 3; i++) {
        const int in_y = y * k->stride_h - k->pad_top + i * k->dilation_h;
        lines[i] = (unsigned)in_y < k->in_h ? image + ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * k->in_c) : 0;
    }
    int x = 0;
    while (x < s->first)
        to = span(s, r, lines, to, x++, 1, 1);
    /* Neighbours count as one pixel of more channels: the block repeats its weights. */
    for (int left = s->inside, together = k->together; left; together = left) {
        const int pixels = together == 1 ? left : left / together;
        if (!pixels)
            continue;
        to = span(s, r, lines, to, x, pixels, together);
        x += pixels * together;
        left -= pixels * together;
    }
    while (x < k->out_w)
        to = span(s, r, lines, to, x++, 1, 1);
}

static void rows_helium(const ingot_depthwise *k, const int8_t *in, int8_t *out, const ingot_mac_params *p, unsigned y,
                        unsigned n)
{
    const int room = (k->together * k->out_c + 15) / 16 * 16;
    int8_t zeros[room];
    run r = {.weights = p + 1};
    for (int i = 0; i < room; i += 16)
        vst1q_s8(zeros + i, vdupq_n_s8((int8_t)p->in_zero));
    vst1q_s16(r.zero, vdupq_n_s16((int16_t)p->out_zero));
    vst1q_s8(r.low, vdupq_n_s8((int8_t)p->low));
    vst1q_s8(r.high, vdupq_n_s8((int8_t)p->high));
    plan s = {.k = k, .flags = p->flags, .zeros = zeros};
    s.first = (k->pad_left + k->stride_w - 1) / k->stride_w;
    const int last = k->in_w - 1 - 2 * k->dilation_w + k->pad_left; /* where the rightmost window inside begins */
    s.inside = last < 0 ? 0 : last / k->stride_w + 1 - s.first;
    if (s.first > k->out_w)
        s.first = k->out_w;
    if (s.inside > k->out_w - s.first)
        s.inside = k->out_w - s.first;
    if (s.inside < 0)
        s.inside = 0;
    const unsigned pitch = k->out_w * k->out_c;
    if (k->batches == 1) {
        for (; n; n--, y++)
            row_helium(&s, &r, in, out + ingot_row_offset(y, k->out_ring, pitch), (int)y);
        return;
    }
    for (unsigned image = 0; image < k->batches; image++, in += k->in_h * k->in_w * k->in_c)
        for (unsigned line = 0; line < k->out_h; line++, out += pitch)
            row_helium(&s, &r, in, out, (int)line);
}

#endif

void ingot_depthwise_3x3_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                            unsigned n)
{
#if INGOT_MVE
    if (!(((const ingot_mac_params *)params)->flags & INGOT_MAC_WIDE)) {
        rows_helium(k, in, out, params, y, n);
        return;
    }
#endif
#if INGOT_DSP
    ingot_depthwise_rows(k, in, out, params, y, n, ingot_depthwise_row_dsp);
#else
    ingot_depthwise_rows(k, in, out, params, y, n, row_portable);
#endif
}
