/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated machine boots from address 0; the board's layout starts elsewhere. These two words lead there.
 * For the twin only: a board's boot ROM or first-stage loader reads the real vector table. */
#include <stdint.h>

extern uint32_t _estack[];
extern void Reset_Handler(void);

__attribute__((section(".boot_stub"), used)) const struct {
    uint32_t *stack;
    void (*reset)(void);
} ingot_boot_stub = {_estack, Reset_Handler};
