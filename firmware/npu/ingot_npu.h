/* SPDX-License-Identifier: Apache-2.0 */
/* The NPU of the STM32N6: running a program of its epoch controller. Experimental: not yet run on hardware.
 *
 * A board has npu_stm32n6.c, the emulated twin npu_twin.c. The runtime calls these; an application need not.
 */
#ifndef INGOT_NPU_H
#define INGOT_NPU_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    INGOT_NPU_OK = 0,
    INGOT_NPU_NOT_STARTED, /* a unit did not leave its reset: no clock, or its access is not permitted */
    INGOT_NPU_NO_BLOB,     /* what lies at the address is no program */
    INGOT_NPU_TIMEOUT,     /* the program did not end in INGOT_NPU_CYCLES of the CPU */
    INGOT_NPU_REFUSED,     /* an instruction or a wait of the program failed: the epoch controller says so */
    INGOT_NPU_BUS,         /* an access of the NPU was answered with an error */
    INGOT_NPU_ABSENT       /* nobody answers: on the twin, no simulator */
} ingot_npu_result;

/* Switches on clocks, memories, caches and accesses, once. Called by the first ingot_npu_run. */
ingot_npu_result ingot_npu_start(void);

/* Runs the program at `blob` (8-aligned) to its end, and waits for it. After an error the epoch controller was reset:
 * the next call starts afresh. What the program had written until then stays in memory. */
ingot_npu_result ingot_npu_run(const void *blob);

/* What the NPU reads through its cache was written anew: weights and programs of an image that was installed. */
ingot_npu_result ingot_npu_memory_changed(void);

/* What a result means, in a sentence. */
const char *ingot_npu_text(ingot_npu_result result);

/* Hook: is told of an error, and says whether the program is to be run again. The weak one stops the firmware. */
bool ingot_npu_failed(ingot_npu_result result, const void *blob);

/* The CPU's cache, for memory on whole lines of 32 bytes. Write back: memory has what the CPU wrote, before the NPU
 * reads it. Forget: the CPU reads what memory has, after the NPU wrote it. */
void ingot_npu_write_back(const void *from, uint32_t size);
void ingot_npu_forget(void *from, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
