/* Instructions, from the system counter of the emulated mps3-an547 (Arm SSE-300).
 *
 * QEMU's option -icount shift=5 makes an instruction last 2^5 ns of emulated time; the counter runs at 32 MHz, which is
 * 1.024 ticks an instruction. Needs that option; without it the numbers mean nothing.
 */
#include "cortex_m.h"
#include "counter.h"

#define CNTCR INGOT_REGISTER(0x58100000u)
#define CNTCV_LOW INGOT_REGISTER(0x58101000u)
#define CNTCV_HIGH INGOT_REGISTER(0x58101004u)

const char ingot_counter_unit[] = "instructions";

static uint64_t started;

static uint64_t ticks(void)
{
    uint32_t high, low;
    do {
        high = CNTCV_HIGH;
        low = CNTCV_LOW;
    } while (high != CNTCV_HIGH);
    return (uint64_t)high << 32 | low;
}

void ingot_counter_start(void)
{
    CNTCR |= 1;
    started = ticks();
}

uint64_t ingot_counter_read(void)
{
    return (ticks() - started) * 125 >> 7;
}
