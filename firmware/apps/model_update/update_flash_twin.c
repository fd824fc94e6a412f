/* SPDX-License-Identifier: Apache-2.0 */
/* The twin's flash is memory that behaves as NOR: erasing sets a sector, programming only clears bits. The command
 * "cut <n>" lets power fail at the n-th program or erase operation from then on: it is left half done, and the machine
 * resets, which the memory survives as a flash does. */
#include <stdlib.h>
#include <string.h>

#include "cortex_m.h"
#include "update_flash.h"

#define UNIT 16u
#define SECTOR (64u << 10)
#define AIRCR INGOT_REGISTER(0xE000ED0Cu)
#define AIRCR_RESET 0x05FA0004u

static uint32_t operations_left; /* until power fails; 0: it does not */

static bool fails(void)
{
    return operations_left && --operations_left == 0;
}

static void reset(void)
{
    AIRCR = AIRCR_RESET;
    for (;;) {
    }
}

static bool get(void *flash, uint32_t at, void *to, uint32_t n)
{
    (void)flash;
    memcpy(to, (const void *)(uintptr_t)at, n);
    return true;
}

static bool put(void *flash, uint32_t at, const void *from, uint32_t n)
{
    (void)flash;
    const uint8_t *bytes = from;
    uint8_t *to = (uint8_t *)(uintptr_t)at;
    for (uint32_t done = 0; done < n; done += UNIT) {
        bool cut = fails();
        for (uint32_t i = done; i < done + (cut ? UNIT / 2 : UNIT); i++)
            to[i] &= bytes[i];
        if (cut)
            reset();
    }
    return true;
}

static bool clear(void *flash, uint32_t sector)
{
    (void)flash;
    bool cut = fails();
    memset((void *)(uintptr_t)sector, 0xFF, cut ? SECTOR / 2 : SECTOR);
    if (cut)
        reset();
    return true;
}

static uint32_t sector_size(void *flash, uint32_t at)
{
    (void)flash;
    (void)at;
    return SECTOR;
}

const ingot_update_flash update_flash = {get, put, clear, sector_size, NULL};

bool update_flash_command(const char *line)
{
    if (strncmp(line, "cut ", 4) != 0)
        return false;
    operations_left = (uint32_t)strtoul(line + 4, NULL, 0);
    return true;
}
