/* SPDX-License-Identifier: Apache-2.0 */
#include "semihosting.h"

#include <string.h>

#include "ingot_runtime.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_FLEN = 0x0C,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20
};

static int32_t call(uint32_t operation, const void *arguments)
{
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = arguments;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory", "cc");
    return (int32_t)r0;
}

bool semihosting_command_line(char *line, uint32_t n)
{
    uintptr_t arguments[] = {(uintptr_t)line, n};
    return call(SYS_GET_CMDLINE, arguments) == 0;
}

semihosting_file semihosting_open(const char *path, bool for_writing)
{
    uintptr_t arguments[] = {(uintptr_t)path, for_writing ? 5 : 1 /* "wb", "rb" */, strlen(path)};
    return call(SYS_OPEN, arguments);
}

uint32_t semihosting_read(semihosting_file file, void *to, uint32_t n)
{
    uintptr_t arguments[] = {(uintptr_t)file, (uintptr_t)to, n};
    int32_t missing = call(SYS_READ, arguments);
    return missing < 0 || (uint32_t)missing > n ? 0 : n - (uint32_t)missing;
}

bool semihosting_write(semihosting_file file, const void *from, uint32_t n)
{
    uintptr_t arguments[] = {(uintptr_t)file, (uintptr_t)from, n};
    return call(SYS_WRITE, arguments) == 0;
}

int32_t semihosting_length(semihosting_file file)
{
    uintptr_t arguments[] = {(uintptr_t)file};
    return call(SYS_FLEN, arguments);
}

void semihosting_close(semihosting_file file)
{
    uintptr_t arguments[] = {(uintptr_t)file};
    call(SYS_CLOSE, arguments);
}

/* The runtime's hooks: console and exit of the twin. */

void ingot_console_write(const char *text, size_t n)
{
    static semihosting_file console = -1;
    if (console < 0)
        console = semihosting_open(":tt", true);
    semihosting_write(console, text, (uint32_t)n);
}

_Noreturn void ingot_exit(int status)
{
    uintptr_t arguments[] = {0x20026 /* ADP_Stopped_ApplicationExit */, (uintptr_t)ingot_process_status(status)};
    for (;;)
        call(SYS_EXIT_EXTENDED, arguments);
}
