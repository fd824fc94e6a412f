/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_package.h"

#include <stddef.h>
#include <string.h>

#include "ingot_sha256.h"

#define FORMAT 1u

_Static_assert(sizeof(ingot_package_header) == INGOT_PACKAGE_HEADER, "the header is 256 bytes");

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Adds bytes start <= at < end of a slot to the hash. */
static bool hash_part(const ingot_update *update, uint32_t slot, uint32_t start, uint32_t end, ingot_sha256 *hash)
{
    uint8_t block[256];
    for (uint32_t at = start, n; at < end; at += n) {
        n = smaller(end - at, sizeof block);
        if (!update->flash.read(update->flash.flash, update->places.slot[slot] + at, block, n))
            return false;
        ingot_sha256_add(hash, block, n);
    }
    return true;
}

/* Whether the bytes of a slot, without those of a hole, have this digest. */
static bool has_digest(const ingot_update *update, uint32_t slot, uint32_t size, uint32_t hole_at, uint32_t hole_size,
                       const uint8_t *digest)
{
    ingot_sha256 hash;
    uint8_t found[32];
    ingot_sha256_start(&hash);
    if (!hash_part(update, slot, 0, hole_at, &hash) || !hash_part(update, slot, hole_at + hole_size, size, &hash))
        return false;
    ingot_sha256_end(&hash, found);
    return memcmp(found, digest, sizeof found) == 0;
}

static bool read_older(void *context, uint32_t at, void *to, uint32_t n)
{
    const ingot_update *update = ((ingot_package *)context)->update;
    return update->flash.read(update->flash.flash, update->places.slot[update->record.confirmed] + at, to, n);
}

static bool put_newer(void *context, const void *from, uint32_t n)
{
    ingot_package *package = context;
    package->status = ingot_update_chunk(package->update, ingot_update_received(package->update), from, n);
    return package->status == INGOT_UPDATE_OK;
}

/* What can be wrong with the header itself, then with it on this device. */
static int check_header(const ingot_package *package)
{
    const ingot_package_header *header = &package->header;
    if (memcmp(header->magic, INGOT_PACKAGE_MAGIC, sizeof header->magic) != 0 || header->format != FORMAT ||
        header->header_size != INGOT_PACKAGE_HEADER || header->hole_at > header->from_size ||
        header->hole_size > header->from_size - header->hole_at || header->zero || !header->patch_size ||
        header->patch_size > UINT32_MAX - INGOT_PACKAGE_HEADER || header->board[sizeof header->board - 1])
        return INGOT_UPDATE_PACKAGE;
    if (package->check && package->check(&header->signature, header, offsetof(ingot_package_header, signature),
                                         package->keys, package->key_count) != INGOT_RELOC_OK)
        return INGOT_UPDATE_SIGNATURE;
    if (package->board && strncmp(header->board, package->board, sizeof header->board) != 0)
        return INGOT_UPDATE_BOARD;
    int status = ingot_update_admits(package->update, header->to_size, header->version);
    if (status)
        return status;
    const ingot_update *update = package->update;
    if (header->from_size &&
        (header->from_size > update->places.slot_size ||
         !has_digest(update, update->record.confirmed, header->from_size, header->hole_at, header->hole_size,
                     header->from_digest)))
        return INGOT_UPDATE_FROM;
    return INGOT_UPDATE_OK;
}

static int begin(ingot_package *package)
{
    const ingot_package_header *header = &package->header;
    int status = check_header(package);
    if (status)
        return status;
    status = ingot_update_begin(package->update, header->to_size, header->version);
    if (status)
        return status;
    package->patch.read = read_older;
    package->patch.put = put_newer;
    package->patch.context = package;
    package->patch.from_size = header->from_size;
    package->patch.to_size = header->to_size;
    ingot_patch_start(&package->patch);
    return INGOT_UPDATE_OK;
}

void ingot_package_start(ingot_package *package)
{
    package->received = 0;
    package->status = INGOT_UPDATE_OK;
}

uint32_t ingot_package_received(const ingot_package *package)
{
    return package->received;
}

static int take(ingot_package *package, const uint8_t *from, uint32_t n)
{
    if (package->received < INGOT_PACKAGE_HEADER) {
        uint32_t part = smaller(n, INGOT_PACKAGE_HEADER - package->received);
        memcpy((uint8_t *)&package->header + package->received, from, part);
        package->received += part;
        from += part;
        n -= part;
        if (package->received < INGOT_PACKAGE_HEADER)
            return INGOT_UPDATE_OK;
        int status = begin(package);
        if (status)
            return status;
    }
    if (n > package->header.patch_size - (package->received - INGOT_PACKAGE_HEADER))
        return INGOT_UPDATE_SIZE;
    package->received += n;
    if (ingot_patch_add(&package->patch, from, n))
        return INGOT_UPDATE_OK;
    return package->status ? package->status : INGOT_UPDATE_PATCH;
}

int ingot_package_chunk(ingot_package *package, uint32_t offset, const void *from, uint32_t n)
{
    if (package->status)
        return package->status;
    if (offset != package->received)
        return INGOT_UPDATE_ORDER;
    package->status = take(package, from, n);
    return package->status;
}

int ingot_package_finish(ingot_package *package)
{
    const ingot_package_header *header = &package->header;
    if (package->status)
        return package->status;
    if (package->received < INGOT_PACKAGE_HEADER || package->received - INGOT_PACKAGE_HEADER < header->patch_size)
        return INGOT_UPDATE_SIZE; /* not complete: chunks may follow */
    const ingot_update *update = package->update;
    if (!ingot_patch_is_whole(&package->patch))
        package->status = INGOT_UPDATE_PATCH;
    else if (!has_digest(update, update->receiving, header->to_size, 0, 0, header->to_digest))
        package->status = INGOT_UPDATE_RESULT;
    else
        package->status = ingot_update_finish(package->update);
    int status = package->status;
    if (!status)
        package->status = INGOT_UPDATE_STATE; /* it is done: the next one begins with ingot_package_start */
    return status;
}
