/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs from a file of the host, outputs to another; their names are the last two words of the command line. */
#include "transport.h"

#include <string.h>

#include "ingot_runtime.h"
#include "semihosting.h"

static semihosting_file inputs = -1, outputs = -1;
static uint32_t unread;

/* Cuts the last word off `line`; "" when there is none. */
static char *last_word(char *line)
{
    char *space = strrchr(line, ' ');
    if (!space)
        return line + strlen(line);
    *space = 0;
    return space + 1;
}

static bool complain(const char *what, const char *which)
{
    ingot_print("ingot: ");
    ingot_print(what);
    ingot_print(which);
    ingot_print("\n");
    return false;
}

bool transport_open(void)
{
    static char line[256];
    if (!semihosting_command_line(line, sizeof line))
        return complain("no command line: needs the names of the input and the output file", "");
    const char *output_name = last_word(line), *input_name = last_word(line);
    inputs = semihosting_open(input_name, false);
    if (inputs < 0)
        return complain("cannot read the input file ", input_name);
    int32_t length = semihosting_length(inputs);
    unread = length > 0 ? (uint32_t)length : 0;
    outputs = semihosting_open(output_name, true);
    if (outputs < 0)
        return complain("cannot write the output file ", output_name);
    return true;
}

bool transport_next_sample(void)
{
    return unread > 0;
}

bool transport_read(void *to, uint32_t n)
{
    uint32_t got = semihosting_read(inputs, to, n);
    unread = got > unread ? 0 : unread - got;
    return got == n || complain("the input file ends in the middle of a sample", "");
}

bool transport_write(const void *from, uint32_t n)
{
    return semihosting_write(outputs, from, n) || complain("cannot write the output file", "");
}

void transport_close(void)
{
    semihosting_close(inputs);
    semihosting_close(outputs);
}
