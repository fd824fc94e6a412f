/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's side of the validate protocol: answers requests, one at a time (docs/validate.md).
 *
 * Every request may come twice, or again after its answer was lost, and does its work only once.
 */
#ifndef VALIDATE_SERVE_H
#define VALIDATE_SERVE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    REQUEST_HELLO = 1,  /* begins a session -> what the network is */
    REQUEST_WRITE = 2,  /* offset32, bytes: part of the inputs, which count as one row of bytes */
    REQUEST_RUN = 3,    /* sample32, crc32 of all inputs[, interval32] -> sample32, cost64, crc32 of all outputs.
                           Between epochs ANSWER_PROGRESS is sent, once in `interval` units of cost; 0: never */
    REQUEST_READ = 4,   /* sample32, offset32, length16 -> those bytes of the outputs */
    REQUEST_EPOCHS = 5, /* first32 -> number of epochs32, then the cost32 of each from `first`, as many as fit */
    REQUEST_END = 6,    /* ends the session */
    REQUEST_COMMAND = 7, /* a line of text -> status32, length32 of what it said */
    REQUEST_SAID = 8,   /* offset32 -> those bytes of what the last command said, as many as fit */
    REQUEST_UPDATE = 9, /* offset32, bytes of a package; none: it is complete -> status32, bytes received32 */
    ANSWER = 0x80,
    ANSWER_PROGRESS = 0xFE, /* epochs that are done32; the answer is still to come */
    ANSWER_REFUSED = 0xFF /* code8, text */
};

enum {
    REFUSED_SESSION = 1, /* not the session of the last hello: the firmware was reset */
    REFUSED_RANGE = 2,   /* offset or length is outside */
    REFUSED_INPUTS = 3,  /* the inputs are not those whose CRC was given */
    REFUSED_SAMPLE = 4,  /* outputs of another sample than the last */
    REFUSED_REQUEST = 5  /* no such request, or its payload has another length */
};

/* What the network does and has; network.c of the validate application. */
const char *served_name(void);
const char *served_unit(void);
uint32_t served_input_bytes(void);
uint32_t served_output_bytes(void);
void served_write_input(uint32_t offset, const uint8_t *from, uint32_t n);
uint32_t served_input_crc(void);
void served_read_output(uint32_t offset, uint8_t *to, uint32_t n);
uint32_t served_output_crc(void);
uint64_t served_init_cost(void);
uint64_t served_run(void); /* one inference; its cost */
uint32_t served_epochs(void);
uint32_t served_epoch_cost(uint32_t epoch);

/* Executes a command; without any (no_commands.c) it is SERVED_NO_COMMANDS. What it prints goes to the host. Returns its
 * status, 0 for success. */
int32_t served_command(const char *line);
#define SERVED_NO_COMMANDS INT32_MIN

/* Hook: takes n bytes of a package of `ingot update make` that begin at `offset`, 0 for a new one; n is 0 behind the last
 * one. Returns ingot_update.h's status. `received`: where to go on. The weak one is SERVED_NO_COMMANDS. */
int32_t served_update(uint32_t offset, const uint8_t *from, uint32_t n, uint32_t *received);

/* For an inference that runs: tells the host how far it is when it is time to. cost: of the inference so far. Returns
 * whether it did. */
bool serve_progress(uint64_t cost, uint32_t epochs_done);

/* Takes a byte from the line; answers go through `put`. After the end of a session the next one may begin. */
void serve(uint8_t byte, void (*put)(uint8_t byte));

#endif
