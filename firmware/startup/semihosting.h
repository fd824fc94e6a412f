/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the debugger or emulator: files of the host, its console, the end of the run. For the twin.
 *
 * Numbers and arguments from Arm's "Semihosting for AArch32 and AArch64".
 */
#ifndef INGOT_SEMIHOSTING_H
#define INGOT_SEMIHOSTING_H

#include <stdbool.h>
#include <stdint.h>

typedef int32_t semihosting_file; /* -1: not open */

/* The command line, of at most n - 1 characters. False when there is none. */
bool semihosting_command_line(char *line, uint32_t n);
semihosting_file semihosting_open(const char *path, bool for_writing);
/* Bytes read; fewer than n at the end of the file. */
uint32_t semihosting_read(semihosting_file file, void *to, uint32_t n);
/* Whether all bytes were written. */
bool semihosting_write(semihosting_file file, const void *from, uint32_t n);
/* Bytes of the file, or -1. */
int32_t semihosting_length(semihosting_file file);
void semihosting_close(semihosting_file file);

#endif
