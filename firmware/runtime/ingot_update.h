/* SPDX-License-Identifier: Apache-2.0 */
/* Models are replaced in the field: two slots, of which one always holds a model that was verified.
 *
 *     begin, chunks, finish     the new model goes to the slot that nobody runs; it is verified there, then it is pending
 *     boot                      which slot to run: a pending one once, on trial; after that the confirmed one again
 *     confirm, or reject        after the application's self-test
 *
 * Power may fail at every flash operation. What a device must remember is in records: appended, never changed, in two
 * sectors that hold the same; each has a CRC-32, and the newest that reads the same twice counts. It works beside any
 * boot loader: nothing but the two slots and the two record sectors is touched. No heap.
 */
#ifndef INGOT_UPDATE_H
#define INGOT_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The flash. Addresses are offsets from wherever the functions count; a write is to erased bytes, 16-aligned and of a
 * multiple of 16. Each returns false when it failed. */
typedef struct {
    bool (*read)(void *flash, uint32_t at, void *to, uint32_t n);
    bool (*write)(void *flash, uint32_t at, const void *from, uint32_t n);
    bool (*erase)(void *flash, uint32_t sector); /* the sector that begins there */
    uint32_t (*sector_size)(void *flash, uint32_t at);
    void *flash;
} ingot_update_flash;

/* All start at a sector and consist of whole ones, all of one size in each. */
typedef struct {
    uint32_t slot[2];
    uint32_t slot_size; /* the last 64 bytes are the slot's label: a model has slot_size - 64 */
    uint32_t record[2]; /* one sector each */
} ingot_update_places;

/* Whether a slot's first `size` bytes are a model that this device may run: seal, signature, board. Called before a slot
 * becomes pending and before each start; with Ingot's loader it is ingot_reloc_check_image and its seal. */
typedef bool (*ingot_update_verify)(void *context, uint32_t slot, uint32_t size);

typedef enum {
    INGOT_UPDATE_OK = 0,
    INGOT_UPDATE_FLASH = -1,     /* an operation failed, or reads back otherwise */
    INGOT_UPDATE_STATE = -2,     /* not now: nothing was begun, nothing is on trial */
    INGOT_UPDATE_SIZE = -3,      /* does not fit a slot, or is not complete */
    INGOT_UPDATE_ORDER = -4,     /* a chunk that does not follow the last; ingot_update_received() says what does */
    INGOT_UPDATE_REFUSED = -5,   /* what arrived is not a model that this device may run */
    INGOT_UPDATE_REPLAYED = -6,  /* the version that is confirmed already */
    INGOT_UPDATE_DOWNGRADE = -7, /* an older one */
    INGOT_UPDATE_NONE = -8,      /* no slot holds a model that may be run */
    /* Of packages, ingot_package.h. */
    INGOT_UPDATE_PACKAGE = -9,    /* this is none, or of another format */
    INGOT_UPDATE_SIGNATURE = -10, /* forged: no key of this firmware signed it */
    INGOT_UPDATE_BOARD = -11,     /* for another board */
    INGOT_UPDATE_FROM = -12,      /* for a device that runs another model */
    INGOT_UPDATE_PATCH = -13,     /* the patch is damaged */
    INGOT_UPDATE_RESULT = -14,    /* what it made is not what was packed */
    /* Why a trial ended, ingot_update_record.given_up. */
    INGOT_UPDATE_SELF_TEST = -15,  /* it computes something else than its golden outputs, ingot_self_test.h */
    INGOT_UPDATE_UNCONFIRMED = -16 /* it was started, and neither confirmed nor rejected before the next start */
} ingot_update_status;

/* What is remembered. */
typedef struct {
    uint32_t sequence;
    uint32_t confirmed;  /* slot number */
    uint32_t trial;      /* slot number, or INGOT_UPDATE_NO_SLOT */
    uint32_t started;    /* whether the trial was started */
    uint32_t floor;      /* no version below it is taken: that of the newest model that was ever confirmed */
    uint32_t erases;     /* of sectors of slots and records, since the first record */
    int32_t given_up;    /* why the last trial ended without a confirmation; 0: it was confirmed, or there was none */
} ingot_update_record;

#define INGOT_UPDATE_NO_SLOT 2u

typedef struct {
    ingot_update_flash flash;
    ingot_update_places places;
    ingot_update_verify verify;
    void *context;
    /* Its own. */
    ingot_update_record record;
    bool known;         /* the record was read */
    uint32_t receiving; /* slot, or INGOT_UPDATE_NO_SLOT */
    uint32_t size, version, received;
} ingot_update;

/* The slot to run and the bytes of its model. *trial: it must be confirmed. INGOT_UPDATE_NONE for a device without one. */
int ingot_update_boot(ingot_update *update, uint32_t *slot, uint32_t *size, bool *trial);

/* Whether a model of `size` bytes and this version would be taken; erases nothing. */
int ingot_update_admits(ingot_update *update, uint32_t size, uint32_t version);
/* version: above that of every model that was confirmed. */
int ingot_update_begin(ingot_update *update, uint32_t size, uint32_t version);
uint32_t ingot_update_received(const ingot_update *update);
/* n: a multiple of 16, except for the last one. */
int ingot_update_chunk(ingot_update *update, uint32_t offset, const void *from, uint32_t n);
int ingot_update_finish(ingot_update *update);

/* The model on trial is taken, or given up; the next start runs the right one. reason: an ingot_update_status. */
int ingot_update_confirm(ingot_update *update);
int ingot_update_reject(ingot_update *update, int reason);

#ifdef __cplusplus
}
#endif

#endif
