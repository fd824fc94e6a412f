/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions, from a timer of the emulated machine.
 *
 * QEMU's option -icount shift=5 makes an instruction last 2^5 ns of emulated time, so that a timer counts instructions.
 * Without that option the numbers mean nothing.
 */
#include "cortex_m.h"
#include "counter.h"
#include "twin.h"

const char ingot_counter_unit[] = "instructions";

#define CNTCR INGOT_REGISTER(devices.timer)
#define CNTCV_LOW INGOT_REGISTER(devices.timer + 0x1000u)
#define CNTCV_HIGH INGOT_REGISTER(devices.timer + 0x1004u)
#define TIMER1VALUE INGOT_REGISTER(devices.timer + 0x4u)
#define TIMER1CONTROL INGOT_REGISTER(devices.timer + 0x8u)
#define CONTROL_ENABLE 0x80u
#define CONTROL_32_BITS 0x02u

static ingot_twin_device_list devices;
static uint64_t last; /* reading of the timer */
static uint64_t total;

/* Counts upwards. The dual timer has 32 bits and wraps after at least 5.3e9 instructions: it must be read more often. */
static uint64_t ticks(void)
{
    if (!devices.system_counter)
        return ~TIMER1VALUE;
    uint32_t high, low;
    do {
        high = CNTCV_HIGH;
        low = CNTCV_LOW;
    } while (high != CNTCV_HIGH);
    return (uint64_t)high << 32 | low;
}

void ingot_counter_start(void)
{
    devices = ingot_twin_devices();
    if (devices.system_counter)
        CNTCR |= 1;
    else
        TIMER1CONTROL = CONTROL_ENABLE | CONTROL_32_BITS;
    total = 0;
    last = ticks();
}

uint64_t ingot_counter_read(void)
{
    uint64_t now = ticks();
    total += devices.system_counter ? now - last : (uint32_t)(now - last);
    last = now;
    return total * devices.multiplier >> devices.shift;
}
