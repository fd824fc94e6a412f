/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_patch.h"

#include <string.h>

/* What is read next. */
enum { TYPE, RESULT_SIZE, FORMAT, ADDED_SIZE, ADDED, PLAIN_SIZE, PLAIN, MOVE, WHOLE };
enum { NO_COMPRESSION = 0, CRLE = 2, HEATSHRINK = 4 };
enum { CRLE_KIND, CRLE_LENGTH, CRLE_PLAIN, CRLE_REPEATED };
#define MOST_EMPTY 64u /* parts without a byte, one after the other: work that makes nothing */
enum { TAG, LITERAL, DISTANCE, LENGTH };

void ingot_patch_start(ingot_patch *patch)
{
    patch->from_at = patch->to_at = patch->left = 0;
    patch->size = patch->run = (ingot_patch_number){0, 0, false};
    patch->part = patch->compression = patch->crle = patch->empty = 0;
    patch->failed = false;
    patch->bits = patch->history_at = patch->filled = 0;
    patch->bit_count = patch->window = patch->lookahead = patch->token = 0;
    memset(patch->history, 0, sizeof patch->history);
}

bool ingot_patch_is_whole(const ingot_patch *patch)
{
    return !patch->failed && patch->part == WHOLE && patch->filled == 0 && patch->crle == CRLE_KIND;
}

/* A byte of a number whose first byte has `first` bits. 1: it is complete, 0: not yet, -1: too large, or a zero with a sign. */
static int number_byte(ingot_patch_number *number, uint8_t byte, unsigned first)
{
    bool begins = number->shift == 0;
    uint32_t value = byte & (begins ? (1u << first) - 1 : 0x7Fu);
    if (begins) {
        number->value = 0;
        number->negative = first == 6 && byte & 0x40;
    }
    if (number->shift > 31 || value > (UINT32_MAX >> 1) >> number->shift)
        return -1;
    number->value |= value << number->shift;
    number->shift = (uint8_t)(number->shift + (begins ? first : 7));
    if (byte & 0x80)
        return 0;
    number->shift = 0;
    return number->negative && !number->value ? -1 : 1;
}

static bool emit(ingot_patch *patch)
{
    bool ok = patch->put(patch->context, patch->block, patch->filled);
    patch->filled = 0;
    return ok;
}

/* n bytes of the part ADDED or PLAIN; step 0: `from` is one byte, n times. */
static bool content(ingot_patch *patch, const uint8_t *from, uint32_t n, unsigned step)
{
    for (uint32_t part; n; n -= part) {
        part = INGOT_PATCH_BLOCK - patch->filled;
        part = part < n ? part : n;
        uint8_t *to = patch->block + patch->filled;
        if (patch->part == ADDED) {
            if (!patch->read(patch->context, patch->from_at, to, part))
                return false;
            patch->from_at += part;
            for (uint32_t i = 0; i < part; i++, from += step)
                to[i] = (uint8_t)(to[i] + *from);
        } else {
            for (uint32_t i = 0; i < part; i++, from += step)
                to[i] = *from;
        }
        patch->filled += part;
        patch->to_at += part;
        if ((patch->filled == INGOT_PATCH_BLOCK || patch->to_at == patch->to_size) && !emit(patch))
            return false;
    }
    return true;
}

/* A part with a size begins. */
static bool begin(ingot_patch *patch, uint8_t part)
{
    if (patch->size.negative || patch->size.value > patch->to_size - patch->to_at)
        return false;
    if (part == ADDED && (patch->from_at > patch->from_size || patch->size.value > patch->from_size - patch->from_at))
        return false;
    patch->left = patch->size.value;
    patch->empty = patch->left ? 0 : (uint8_t)(patch->empty + 1);
    if (patch->empty > MOST_EMPTY)
        return false;
    patch->part = patch->left ? part : (uint8_t)(part + 1);
    return true;
}

/* The older file is read from elsewhere; the end, when the result is whole. */
static bool move(ingot_patch *patch)
{
    if (patch->to_at == patch->to_size) {
        patch->part = WHOLE;
        return true;
    }
    if (patch->size.negative ? patch->size.value > patch->from_at : patch->size.value > patch->from_size - patch->from_at)
        return false;
    patch->from_at += patch->size.negative ? 0u - patch->size.value : patch->size.value;
    patch->part = ADDED_SIZE;
    return true;
}

/* n bytes, no longer compressed. */
static bool plain(ingot_patch *patch, const uint8_t *from, uint32_t n, unsigned step)
{
    while (n) {
        if (patch->part == WHOLE)
            return false;
        if (patch->part == ADDED || patch->part == PLAIN) {
            uint32_t part = n < patch->left ? n : patch->left;
            if (!content(patch, from, part, step))
                return false;
            patch->left -= part;
            if (!patch->left)
                patch->part++;
            n -= part;
            from += step * part;
            continue;
        }
        int done = number_byte(&patch->size, *from, 6);
        n--;
        from += step;
        if (done < 0)
            return false;
        if (!done)
            continue;
        switch (patch->part) {
        case FORMAT:
            if (patch->size.value)
                return false; /* patches of data formats are for code that moves; weights do not */
            patch->part = ADDED_SIZE;
            break;
        case ADDED_SIZE:
            if (!begin(patch, ADDED))
                return false;
            break;
        case PLAIN_SIZE:
            if (!begin(patch, PLAIN))
                return false;
            break;
        default:
            if (!move(patch))
                return false;
        }
    }
    return true;
}

static bool crle(ingot_patch *patch, const uint8_t *from, uint32_t n)
{
    while (n) {
        uint32_t part = 1;
        int done;
        switch (patch->crle & 3) {
        case CRLE_KIND:
            if (*from > 1)
                return false;
            patch->crle = (uint8_t)(*from << 2 | CRLE_LENGTH);
            break;
        case CRLE_LENGTH:
            done = number_byte(&patch->run, *from, 7);
            if (done < 0)
                return false;
            if (done)
                patch->crle = patch->crle >> 2 ? CRLE_REPEATED : patch->run.value ? CRLE_PLAIN : CRLE_KIND;
            break;
        case CRLE_REPEATED:
            patch->crle = CRLE_KIND;
            if (!plain(patch, from, patch->run.value, 0))
                return false;
            break;
        default:
            part = n < patch->run.value ? n : patch->run.value;
            if (!plain(patch, from, part, 1))
                return false;
            patch->run.value -= part;
            if (!patch->run.value)
                patch->crle = CRLE_KIND;
        }
        n -= part;
        from += part;
    }
    return true;
}

static bool remembered(ingot_patch *patch, uint8_t byte)
{
    patch->history[patch->history_at++ & ((1u << patch->window) - 1)] = byte;
    return plain(patch, &byte, 1, 1);
}

static bool heatshrink_byte(ingot_patch *patch, uint8_t byte)
{
    if (!patch->window) {
        patch->window = (uint8_t)((byte >> 4) + 4);
        patch->lookahead = (uint8_t)((byte & 15) + 3);
        return patch->window <= INGOT_PATCH_WINDOW && patch->lookahead < patch->window;
    }
    if (patch->part == WHOLE)
        return false;
    patch->bits = patch->bits << 8 | byte;
    patch->bit_count = (uint8_t)(patch->bit_count + 8);
    for (;;) {
        unsigned need = patch->token == TAG        ? 1
                        : patch->token == LITERAL  ? 8
                        : patch->token == DISTANCE ? patch->window
                                                   : patch->lookahead;
        if (patch->bit_count < need)
            return true;
        patch->bit_count = (uint8_t)(patch->bit_count - need);
        uint32_t value = patch->bits >> patch->bit_count & ((1u << need) - 1);
        if (patch->token == TAG) {
            if (patch->part == WHOLE) { /* the rest of the last byte */
                value |= patch->bits & ((1u << patch->bit_count) - 1);
                patch->bit_count = 0;
                return !value;
            }
            patch->token = value ? LITERAL : DISTANCE;
        } else if (patch->token == LITERAL) {
            patch->token = TAG;
            if (!remembered(patch, (uint8_t)value))
                return false;
        } else if (patch->token == DISTANCE) {
            patch->distance = value + 1;
            patch->token = LENGTH;
        } else {
            patch->token = TAG;
            for (uint32_t i = 0; i <= value; i++)
                if (!remembered(patch, patch->history[(patch->history_at - patch->distance) & ((1u << patch->window) - 1)]))
                    return false;
        }
    }
}

static bool add(ingot_patch *patch, const uint8_t *from, uint32_t n)
{
    for (; n && patch->part <= RESULT_SIZE; from++, n--) {
        if (patch->part == TYPE) {
            patch->compression = *from;
            if (*from != NO_COMPRESSION && *from != CRLE && *from != HEATSHRINK)
                return false;
            patch->part = RESULT_SIZE;
            continue;
        }
        int done = number_byte(&patch->size, *from, 6);
        if (done < 0 || (done && (patch->size.negative || patch->size.value != patch->to_size || !patch->size.value)))
            return false;
        if (done)
            patch->part = FORMAT;
    }
    if (patch->compression == NO_COMPRESSION)
        return plain(patch, from, n, 1);
    if (patch->compression == CRLE)
        return crle(patch, from, n);
    for (; n; from++, n--)
        if (!heatshrink_byte(patch, *from))
            return false;
    return true;
}

bool ingot_patch_add(ingot_patch *patch, const uint8_t *from, uint32_t n)
{
    patch->failed = patch->failed || !add(patch, from, n);
    return !patch->failed;
}
