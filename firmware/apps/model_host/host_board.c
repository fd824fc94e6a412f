/* SPDX-License-Identifier: Apache-2.0 */
/* On a board: what is in the image slot is shown, installed in place and run once. The board gives no inputs: a project
 * puts its own file in place of this one. */
#include <string.h>

#include "host.h"
#include "ingot_runtime.h"
#include "reloc_places.h"

static const char *const commands[] = {INGOT_RELOC_BOARD_COMMANDS};
static unsigned next;

bool host_open(void)
{
    return true;
}

bool host_command(char *line, uint32_t n)
{
    if (next == sizeof commands / sizeof *commands)
        return false;
    strncpy(line, commands[next++], n - 1);
    line[n - 1] = 0;
    return true;
}

bool host_read(void *to, uint32_t n)
{
    memset(to, 0, n);
    return true;
}

bool host_write(const void *from, uint32_t n)
{
    const uint8_t *bytes = from;
    ingot_print("output ");
    ingot_print_bytes(bytes, n < 32 ? n : 32);
    ingot_print(n > 32 ? "...\n" : "\n");
    return true;
}

void host_close(void)
{
}
