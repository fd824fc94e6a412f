/* SPDX-License-Identifier: Apache-2.0 */
/* What Ingot adds to the LL_ATON interface: the check of the initializer, messages, and how a firmware stops.
 *
 * The functions marked "hook" are weak: an application, a board or the twin replaces them by defining its own.
 */
#ifndef INGOT_RUNTIME_H
#define INGOT_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The initializer: docs/architecture.md, "The initializer" ---- */

#define INGOT_INITIALIZER_HEADER 64u
#define INGOT_INITIALIZER_FORMAT 1u

typedef struct {
    uint8_t magic[4]; /* "IGT1" */
    uint32_t format;
    uint8_t layout[8]; /* which network.c the data is for */
    uint32_t size;     /* bytes of the whole file */
    uint32_t crc;      /* CRC-32 (zlib) of everything behind the header */
    uint8_t zero[40];
} ingot_initializer_header;

/* Why an initializer was refused. */
typedef enum {
    INGOT_INITIALIZER_OK = 0,
    INGOT_INITIALIZER_ABSENT, /* no magic: nothing was flashed there, or something else */
    INGOT_INITIALIZER_OLD,    /* another format version */
    INGOT_INITIALIZER_OTHER,  /* made for another network.c: layout differs */
    INGOT_INITIALIZER_CUT,    /* the size differs */
    INGOT_INITIALIZER_DAMAGED /* the CRC differs */
} ingot_initializer_verdict;

/* Whether the initializer at `base` (4-aligned) is the one that network.c expects: layout id (8 bytes) and size in bytes.
 * Calls ingot_initializer_refused first when it is not. Reads the whole of it. */
bool ingot_check_initializer(const void *base, const uint8_t *layout, uint32_t size);

/* Hook: is told why. The weak one prints it on the console: what was expected, what was found, what to do. */
void ingot_initializer_refused(ingot_initializer_verdict verdict, const ingot_initializer_header *found,
                               const uint8_t *expected_layout, uint32_t expected_size, uint32_t crc);

/* CRC-32 as zlib computes it, over n bytes; `crc` is 0 or the result for the bytes before. data 4-aligned is fastest. */
uint32_t ingot_crc32(uint32_t crc, const void *data, uint32_t n);

/* ---- The console ---- */

/* Hook: takes n bytes of text. The weak one gives them to ingot_console_port, which a board's start-up sets to its serial
 * port (firmware/startup/board_console.c); NULL drops them. */
void ingot_console_write(const char *text, size_t n);
extern void (*ingot_console_port)(const char *text, size_t n);
/* Hook: takes text that is printed away from the console. Returns whether it did; the weak one does not. */
bool ingot_console_divert(const char *text, size_t n);

void ingot_print(const char *text);
void ingot_print_unsigned(uint32_t value);
void ingot_print_unsigned64(uint64_t value);
void ingot_print_hex(uint32_t value); /* 0x and eight digits */
void ingot_print_bytes(const uint8_t *bytes, size_t n); /* two digits a byte */

/* ---- Stopping ---- */

/* Prints the reason and stops for good: the firmware must not go on. */
__attribute__((noreturn)) void ingot_stop(const char *reason);

/* Hook: the end of the firmware; status 0 is success. The weak one sleeps forever (on a host: ends the process). */
__attribute__((noreturn)) void ingot_exit(int status);

/*
 * A firmware's status as a process can have it: a process keeps the low eight bits of its status, so that 256 would be
 * success. Every ingot_exit that ends a process passes its status through here. Returns 0 to 255; 255 for all others.
 */
static inline int ingot_process_status(int status)
{
    return status < 0 || status > 255 ? 255 : status;
}

#ifdef __cplusplus
}
#endif

#endif
