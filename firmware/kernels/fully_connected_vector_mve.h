/* SPDX-License-Identifier: Apache-2.0 */
/* All channels of a vector in one loop. FOUR_RESULTS(sums, record), defined before, makes bytes of the sums of a record
 * whose words, WORDS bytes, begin at a register, and stores as many as are left (r9) at r2. r0: zero point; q5, q6: clamps;
 * q2, q3 are free. ADJUST, where it is defined, adds the last argument to all sums. */
#ifndef INGOT_FULLY_CONNECTED_VECTOR_MVE_H
#define INGOT_FULLY_CONNECTED_VECTOR_MVE_H

#include <stddef.h>

#include "fully_connected_sums.h"

#ifndef ADJUST
#define ADJUST
#endif

_Static_assert(offsetof(ingot_fully_connected, channels) == 4 && offsetof(ingot_mac_params, out_zero) == 4 &&
                   offsetof(ingot_mac_params, low) == 8 && offsetof(ingot_mac_params, high) == 12 &&
                   sizeof(ingot_mac_params) == 32,
               "vector_results() loads from there");

/* r3: p. On the stack: chunks of the vector (from k), the vector, where the next results go. */
__attribute__((naked, noinline)) static void vector_results(const ingot_fully_connected *k __attribute__((unused)),
                                                            const int8_t *in __attribute__((unused)),
                                                            int8_t *out __attribute__((unused)),
                                                            const ingot_mac_params *p __attribute__((unused)),
                                                            int32_t adjust __attribute__((unused)))
{
    __asm__ volatile("push {r0-r2, r4-r11, lr}\n"
                     "vpush {" SAVED "}\n"
                     "ldrd r4, r9, [r0]\n"
                     "adds r4, #15\n"
                     "lsrs r4, #4\n"
                     "str r4, [sp, #" SAVED_BYTES "]\n" SUMS_BEGIN
                     "ldrd r4, r6, [r3, #8]\n"
                     "vdup.32 q5, r4\n"
                     "vdup.32 q6, r6\n"
                     "add r5, r3, #32\n"
                     "1:\n"
                     "ldrd r11, r1, [sp, #" SAVED_BYTES "]\n"
                     "add r7, r5, r11, lsl #" CHUNK_SHIFT "\n"
                     "add r7, #16 + " WORDS "\n"
                     /* There is no second record for the last four channels. */
                     "cmp r9, #4\n"
                     "it le\n"
                     "movle r7, r5\n" EIGHT_SUMS ADJUST
                     "ldr r2, [sp, #" SAVED_BYTES " + 8]\n"
                     "ldr r0, [r3, #4]\n" FOUR_RESULTS("q0", "r5")
                     "subs r9, #4\n"
                     "ble 3f\n" FOUR_RESULTS("q1", "r7")
                     "add r5, r7, #" WORDS "\n"
                     "str r2, [sp, #" SAVED_BYTES " + 8]\n"
                     "subs r9, #4\n"
                     "bgt 1b\n"
                     "3:\n"
                     "vpop {" SAVED "}\n"
                     "add sp, #12\n"
                     "pop {r4-r11, pc}\n");
}

#endif
