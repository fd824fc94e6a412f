/* SPDX-License-Identifier: Apache-2.0 */
/* All channels of a vector in one loop. FOUR_RESULTS(sums, record), defined before, makes bytes of the sums of a record
 * whose words begin at a register, and stores as many as are left (r9) at r2. r0: zero point; q5, q6: clamps; q2, q3 are
 * free. ADJUST, where it is defined, adds job.adjust to all sums. */
#ifndef INGOT_FULLY_CONNECTED_VECTOR_MVE_H
#define INGOT_FULLY_CONNECTED_VECTOR_MVE_H

#include "fully_connected_sums.h"

#ifndef ADJUST
#define ADJUST
#endif

/* What vector_results() works on; record and out advance. bytes: of a record. left: channels. */
typedef struct job {
    const int8_t *in;
    unsigned chunks;
    const int8_t *record;
    unsigned bytes;
    int8_t *out;
    int32_t zero;
    unsigned left;
    int32_t low, high;
    int32_t adjust;
} job;

__attribute__((naked, noinline)) static void vector_results(job *j __attribute__((unused)))
{
    __asm__ volatile("push {r4-r11, lr}\n"
                     "vpush {" SAVED "}\n"
                     "mov r3, r0\n" SUMS_BEGIN
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
                     "movle r7, r5\n" EIGHT_SUMS ADJUST "ldrd r2, r0, [r3, #16]\n" FOUR_RESULTS("q0", "r5")
                     "subs r9, #4\n"
                     "ble 3f\n" FOUR_RESULTS("q1", "r7")
                     "str r2, [r3, #16]\n"
                     "subs r9, #4\n"
                     "bgt 1b\n"
                     "3:\n"
                     "vpop {" SAVED "}\n"
                     "pop {r4-r11, pc}\n");
}

#endif
