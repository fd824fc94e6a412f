/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_update.h"

#include <stddef.h>
#include <string.h>

#include "ingot_runtime.h"

#define NO_SLOT INGOT_UPDATE_NO_SLOT
#define UNIT 16u

/* A record as it lies in flash, and the label at the end of a slot: 64 bytes each. */
typedef struct {
    uint32_t magic;
    ingot_update_record record;
    uint32_t zero[7];
    uint32_t crc; /* of what is in front */
} stored_record;

typedef struct {
    uint32_t magic;
    uint32_t size, version;
    uint32_t zero[12];
    uint32_t crc;
} label;

_Static_assert(sizeof(stored_record) == 64 && sizeof(label) == 64, "both are 64 bytes");

#define RECORD_MAGIC 0x31525549u /* "IUR1" */
#define LABEL_MAGIC 0x314C5549u  /* "IUL1" */
#define CRC_OF(thing) ingot_crc32(0, thing, sizeof *(thing) - 4)

/* Reads twice: a word that was being written when power failed may read differently each time. */
static bool read_stable(const ingot_update *update, uint32_t at, void *to, uint32_t n)
{
    uint8_t again[64];
    return update->flash.read(update->flash.flash, at, to, n) && update->flash.read(update->flash.flash, at, again, n) &&
           memcmp(to, again, n) == 0;
}

static bool erase(ingot_update *update, uint32_t at)
{
    update->record.erases++;
    return update->flash.erase(update->flash.flash, at);
}

/* ---- Records ---- */

static uint32_t positions(const ingot_update *update, uint32_t copy)
{
    return update->flash.sector_size(update->flash.flash, update->places.record[copy]) / sizeof(stored_record);
}

static bool read_record(const ingot_update *update, uint32_t at, stored_record *to)
{
    return read_stable(update, at, to, sizeof *to) && to->magic == RECORD_MAGIC && to->crc == CRC_OF(to) &&
           to->record.confirmed < 2 && to->record.trial <= NO_SLOT;
}

/* The newest record of one sector, and the first position behind everything that was ever written there. */
static bool newest(const ingot_update *update, uint32_t copy, ingot_update_record *found, uint32_t *next)
{
    bool any = false;
    *next = 0;
    for (uint32_t i = 0; i < positions(update, copy); i++) {
        stored_record stored;
        uint32_t at = update->places.record[copy] + i * (uint32_t)sizeof stored;
        if (read_record(update, at, &stored)) {
            *next = i + 1;
            if (!any || stored.record.sequence > found->sequence)
                *found = stored.record;
            any = true;
            continue;
        }
        for (uint32_t k = 0; k < sizeof stored; k++)
            if (((const uint8_t *)&stored)[k] != 0xFF)
                *next = i + 1;
    }
    return any;
}

/* Writes update->record to one sector. The other one holds the last state meanwhile. */
static bool append(ingot_update *update, uint32_t copy)
{
    ingot_update_record ignored;
    uint32_t next;
    if (!newest(update, copy, &ignored, &next))
        next = positions(update, copy); /* new, or its erasure was cut: what looks erased may not be */
    for (unsigned tries = 0; tries < 4; tries++, next++) {
        if (next >= positions(update, copy)) {
            if (!erase(update, update->places.record[copy]))
                return false;
            next = 0;
        }
        stored_record stored = {.magic = RECORD_MAGIC, .record = update->record}, found;
        stored.crc = CRC_OF(&stored);
        uint32_t at = update->places.record[copy] + next * (uint32_t)sizeof stored;
        if (!update->flash.write(update->flash.flash, at, &stored, sizeof stored))
            return false;
        if (read_record(update, at, &found) && memcmp(&found, &stored, sizeof found) == 0)
            return true;
    }
    return false;
}

/* A state counts once both copies hold it. */
static int store(ingot_update *update, const ingot_update_record *next)
{
    uint32_t sequence = update->record.sequence + 1;
    uint32_t erases = update->record.erases;
    update->record = *next;
    update->record.sequence = sequence;
    update->record.erases = erases;
    return append(update, 0) && append(update, 1) ? INGOT_UPDATE_OK : INGOT_UPDATE_FLASH;
}

/* ---- Slots ---- */

static uint32_t label_at(const ingot_update *update, uint32_t slot)
{
    return update->places.slot[slot] + update->places.slot_size - (uint32_t)sizeof(label);
}

static bool read_label(const ingot_update *update, uint32_t slot, label *to)
{
    return slot < 2 && read_stable(update, label_at(update, slot), to, sizeof *to) && to->magic == LABEL_MAGIC &&
           to->crc == CRC_OF(to) && to->size && to->size <= update->places.slot_size - sizeof *to;
}

/* Whether the slot can be run. */
static bool is_good(const ingot_update *update, uint32_t slot, label *found)
{
    return read_label(update, slot, found) && update->verify(update->context, slot, found->size);
}

/* ---- Which state a device is in ---- */

/* No record survived, or there never was one: the newest model that verifies is the confirmed one. */
static int recover(ingot_update *update)
{
    label found[2];
    bool good[2] = {is_good(update, 0, &found[0]), is_good(update, 1, &found[1])};
    if (!good[0] && !good[1])
        return INGOT_UPDATE_NONE;
    uint32_t slot = good[1] && (!good[0] || found[1].version > found[0].version);
    ingot_update_record next = {.confirmed = slot, .trial = NO_SLOT, .floor = found[slot].version};
    return store(update, &next);
}

static int load(ingot_update *update)
{
    ingot_update_record copy[2];
    uint32_t next;
    if (update->known)
        return INGOT_UPDATE_OK;
    update->receiving = NO_SLOT;
    memset(&update->record, 0, sizeof update->record);
    bool there[2] = {newest(update, 0, &copy[0], &next), newest(update, 1, &copy[1], &next)};
    int status = INGOT_UPDATE_OK;
    if (!there[0] && !there[1]) {
        status = recover(update);
    } else {
        uint32_t newer = there[1] && (!there[0] || copy[1].sequence > copy[0].sequence);
        update->record = copy[newer];
        /* Only one copy has it: power failed in between. Nothing is done with a state before both have it. */
        if (!there[0] || !there[1] || copy[0].sequence != copy[1].sequence) {
            ingot_update_record same = update->record;
            status = store(update, &same);
        }
    }
    update->known = status == INGOT_UPDATE_OK;
    return status;
}

static int give_up_trial(ingot_update *update, int reason)
{
    ingot_update_record next = update->record;
    next.given_up = reason;
    next.trial = NO_SLOT;
    next.started = 0;
    return store(update, &next);
}

int ingot_update_boot(ingot_update *update, uint32_t *slot, uint32_t *size, bool *trial)
{
    label found;
    update->known = false;
    int status = load(update);
    if (status)
        return status;
    *trial = false;
    if (update->record.trial != NO_SLOT) {
        if (!update->record.started && is_good(update, update->record.trial, &found)) {
            ingot_update_record next = update->record;
            next.started = 1;
            status = store(update, &next);
            *slot = next.trial;
            *size = found.size;
            *trial = true;
            return status;
        }
        status = give_up_trial(update, update->record.started ? INGOT_UPDATE_UNCONFIRMED : INGOT_UPDATE_REFUSED);
        if (status)
            return status;
    }
    if (!is_good(update, update->record.confirmed, &found)) {
        ingot_update_record next = update->record;
        next.confirmed = 1 - next.confirmed;
        if (!is_good(update, next.confirmed, &found))
            return INGOT_UPDATE_NONE;
        status = store(update, &next);
    }
    *slot = update->record.confirmed;
    *size = found.size;
    return status;
}

/* ---- An update ---- */

int ingot_update_admits(ingot_update *update, uint32_t size, uint32_t version)
{
    int status = load(update);
    if (status == INGOT_UPDATE_NONE) { /* the first model of a device */
        update->known = true;
        update->record = (ingot_update_record){.confirmed = 1, .trial = NO_SLOT};
    } else if (status) {
        return status;
    }
    if (update->record.trial != NO_SLOT)
        return INGOT_UPDATE_STATE; /* its slot is the one that would be erased */
    if (!size || size > update->places.slot_size - sizeof(label))
        return INGOT_UPDATE_SIZE;
    if (version <= update->record.floor)
        return version == update->record.floor ? INGOT_UPDATE_REPLAYED : INGOT_UPDATE_DOWNGRADE;
    return INGOT_UPDATE_OK;
}

int ingot_update_begin(ingot_update *update, uint32_t size, uint32_t version)
{
    int status = ingot_update_admits(update, size, version);
    if (status)
        return status;
    uint32_t slot = 1 - update->record.confirmed, start = update->places.slot[slot];
    update->receiving = NO_SLOT;
    /* From the end: the label goes first, so that a slot that is half erased has none. */
    for (uint32_t end = start + update->places.slot_size; end > start;) {
        end -= update->flash.sector_size(update->flash.flash, end - 1);
        if (!erase(update, end))
            return INGOT_UPDATE_FLASH;
    }
    update->receiving = slot;
    update->size = size;
    update->version = version;
    update->received = 0;
    return INGOT_UPDATE_OK;
}

uint32_t ingot_update_received(const ingot_update *update)
{
    return update->received;
}

int ingot_update_chunk(ingot_update *update, uint32_t offset, const void *from, uint32_t n)
{
    if (!update->known || update->receiving == NO_SLOT)
        return INGOT_UPDATE_STATE;
    if (offset != update->received)
        return INGOT_UPDATE_ORDER;
    if (n > update->size - offset || (n % UNIT && n != update->size - offset))
        return INGOT_UPDATE_SIZE;
    const uint8_t *bytes = from;
    for (uint32_t part; n; n -= part, bytes += part) {
        uint8_t unit[UNIT], found[UNIT];
        part = n < UNIT ? n : UNIT;
        memset(unit, 0xFF, sizeof unit);
        memcpy(unit, bytes, part);
        uint32_t at = update->places.slot[update->receiving] + update->received;
        if (!update->flash.write(update->flash.flash, at, unit, UNIT) || !read_stable(update, at, found, UNIT) ||
            memcmp(unit, found, UNIT) != 0) {
            update->receiving = NO_SLOT; /* begin again: the bytes cannot be written twice */
            return INGOT_UPDATE_FLASH;
        }
        update->received += part;
    }
    return INGOT_UPDATE_OK;
}

int ingot_update_finish(ingot_update *update)
{
    uint32_t slot = update->receiving;
    if (!update->known || slot == NO_SLOT)
        return INGOT_UPDATE_STATE;
    if (update->received != update->size)
        return INGOT_UPDATE_SIZE;
    update->receiving = NO_SLOT;
    if (!update->verify(update->context, slot, update->size))
        return INGOT_UPDATE_REFUSED;
    label mark = {.magic = LABEL_MAGIC, .size = update->size, .version = update->version}, found;
    mark.crc = CRC_OF(&mark);
    if (!update->flash.write(update->flash.flash, label_at(update, slot), &mark, sizeof mark) ||
        !read_label(update, slot, &found))
        return INGOT_UPDATE_FLASH;
    ingot_update_record next = update->record;
    next.trial = slot;
    next.started = 0;
    return store(update, &next);
}

int ingot_update_confirm(ingot_update *update)
{
    label found;
    if (!update->known || update->record.trial == NO_SLOT || !update->record.started)
        return INGOT_UPDATE_STATE;
    ingot_update_record next = update->record;
    if (!read_label(update, next.trial, &found))
        return INGOT_UPDATE_FLASH;
    next.confirmed = next.trial;
    next.trial = NO_SLOT;
    next.started = 0;
    next.floor = found.version > next.floor ? found.version : next.floor;
    next.given_up = 0;
    return store(update, &next);
}

int ingot_update_reject(ingot_update *update, int reason)
{
    if (!update->known || update->record.trial == NO_SLOT)
        return INGOT_UPDATE_STATE;
    return give_up_trial(update, reason);
}
