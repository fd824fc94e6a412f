/* Instructions, from a timer of the emulated machine.
 *
 * QEMU's option -icount shift=5 makes an instruction last 2^5 ns of emulated time, so that a timer counts instructions.
 * Without that option the numbers mean nothing.
 */
#include "cortex_m.h"
#include "counter.h"

const char ingot_counter_unit[] = "instructions";

#if __ARM_ARCH >= 8

/* mps3-an547 (Arm SSE-300): the system counter, 64 bits at 32 MHz, which is 1.024 ticks an instruction. */
#define CNTCR INGOT_REGISTER(0x58100000u)
#define CNTCV_LOW INGOT_REGISTER(0x58101000u)
#define CNTCV_HIGH INGOT_REGISTER(0x58101004u)

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

#else

/* mps2-an500: the dual timer, 32 bits downwards at 25 MHz, which is 0.8 ticks an instruction. It wraps after 5.4e9
 * instructions and must be read more often than that. */
#define TIMER1VALUE INGOT_REGISTER(0x40002004u)
#define TIMER1CONTROL INGOT_REGISTER(0x40002008u)
#define CONTROL_ENABLE 0x80u
#define CONTROL_32_BITS 0x02u

static uint32_t last;
static uint64_t total;

void ingot_counter_start(void)
{
    TIMER1CONTROL = CONTROL_ENABLE | CONTROL_32_BITS;
    last = TIMER1VALUE;
    total = 0;
}

uint64_t ingot_counter_read(void)
{
    uint32_t now = TIMER1VALUE;
    total += (uint32_t)(last - now);
    last = now;
    return total * 5 / 4;
}

#endif
