/* SPDX-License-Identifier: Apache-2.0 */
/* The console of a board: what is printed goes to the serial line. A project's own ingot_console_write comes before. */
#include "board_start.h"
#include "ingot_runtime.h"
#include "serial.h"

const char *volatile ingot_start_failure;

void ingot_start_failed(const char *what)
{
    ingot_start_failure = what;
    ingot_print("ingot: ");
    ingot_print(what);
    ingot_print("\n");
}

static void write_text(const char *text, size_t n)
{
    for (; n; n--, text++) {
        if (*text == '\n')
            ingot_serial_put('\r');
        ingot_serial_put((uint8_t)*text);
    }
}

void ingot_console_open(void)
{
    if (!ingot_serial_open(INGOT_BAUD))
        return;
    ingot_console_port = write_text;
    ingot_print("\ningot: started; this port has ");
    ingot_print_unsigned(INGOT_BAUD);
    ingot_print(" baud\n");
}
