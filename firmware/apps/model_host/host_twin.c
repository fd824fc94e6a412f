/* SPDX-License-Identifier: Apache-2.0 */
/* Commands and inputs from files of the host, outputs to another; their names are the last words of the command line. */
#include <string.h>

#include "host.h"
#include "ingot_runtime.h"
#include "semihosting.h"

static char script[16384];
static char *next = script;
static semihosting_file inputs = -1, outputs = -1;

static bool complain(const char *what, const char *which)
{
    ingot_print("ingot: ");
    ingot_print(what);
    ingot_print(which);
    ingot_print("\n");
    return false;
}

/* Cuts the last word off `line`; "" when there is none. */
static char *last_word(char *line)
{
    char *space = strrchr(line, ' ');
    if (!space)
        return line + strlen(line);
    *space = 0;
    return space + 1;
}

static bool read_script(const char *name)
{
    semihosting_file file = semihosting_open(name, false);
    if (file < 0)
        return complain("cannot read the commands ", name);
    uint32_t length = semihosting_read(file, script, sizeof script - 1);
    semihosting_close(file);
    if (length == sizeof script - 1)
        return complain("too many commands in ", name);
    script[length] = 0;
    return true;
}

bool host_open(void)
{
    static char line[256];
    if (!semihosting_command_line(line, sizeof line))
        return complain("no command line: needs the files of commands, inputs and outputs", "");
    const char *output_name = last_word(line), *input_name = last_word(line), *script_name = last_word(line);
    inputs = semihosting_open(input_name, false);
    if (inputs < 0)
        return complain("cannot read the inputs ", input_name);
    outputs = semihosting_open(output_name, true);
    if (outputs < 0)
        return complain("cannot write the outputs ", output_name);
    return read_script(script_name);
}

bool host_command(char *line, uint32_t n)
{
    uint32_t length = (uint32_t)strcspn(next, "\n");
    if (!*next || length >= n)
        return false;
    memcpy(line, next, length);
    line[length] = 0;
    next += length + (next[length] == '\n');
    return true;
}

bool host_read(void *to, uint32_t n)
{
    return semihosting_read(inputs, to, n) == n || complain("the inputs end too early", "");
}

bool host_write(const void *from, uint32_t n)
{
    return semihosting_write(outputs, from, n) || complain("cannot write the outputs", "");
}

void host_close(void)
{
    semihosting_close(inputs);
    semihosting_close(outputs);
}
