/* SPDX-License-Identifier: Apache-2.0 */
/* A package of `ingot update make`, taken in parts from any transport and applied to the slot that nobody runs.
 *
 *     ingot_package_start(&package);
 *     while (more)
 *         ingot_package_chunk(&package, ingot_package_received(&package), bytes, n);
 *     ingot_package_finish(&package);     then it is on trial at the next start
 *
 * The header is verified before anything is erased: signature, board, version, and the hash of the model that the patch
 * begins with. After a break of the line it goes on at ingot_package_received(); after a reset, from the start.
 *
 *     offset  bytes  of the file, little-endian
 *     0       8      "INGOTUPD"
 *     8       4      version of the format, 1
 *     12      4      bytes of the header, 256
 *     16      4      kind: 1 a whole image, 2 params, 3 a delta; the device treats all alike
 *     20      4      version of the model
 *     24      4      bytes of the older file that are hashed; 0: none is needed
 *     28      8      offset and bytes of the part of them that is not hashed
 *     36      4      bytes of the result
 *     40      4      bytes of the patch
 *     44      4      0
 *     48      32     SHA-256 of those bytes of the older file
 *     80      32     SHA-256 of the result
 *     112     8      layout id of the result
 *     120     24     board          texts end with a zero byte
 *     144     40     model
 *     184     8      key id; 0: not signed
 *     192     64     Ed25519 signature of the 184 bytes before the key id
 *     256            the patch: ingot_patch.h
 */
#ifndef INGOT_PACKAGE_H
#define INGOT_PACKAGE_H

#include "ingot_patch.h"
#include "ingot_reloc.h"
#include "ingot_reloc_format.h"
#include "ingot_update.h"

#ifdef __cplusplus
extern "C" {
#endif

#define INGOT_PACKAGE_HEADER 256u
#define INGOT_PACKAGE_MAGIC "INGOTUPD"

typedef struct {
    uint8_t magic[8];
    uint32_t format, header_size, kind, version;
    uint32_t from_size, hole_at, hole_size;
    uint32_t to_size, patch_size, zero;
    uint8_t from_digest[32], to_digest[32];
    uint8_t layout[8];
    char board[24];
    char model[40];
    ingot_reloc_signature signature;
} ingot_package_header;

typedef struct {
    ingot_update *update;
    const char *board; /* a package must name it; NULL: any */
    /* Who may sign; `check` is ingot_ed25519_check. Without `check` packages need no signature: for development. */
    const ingot_reloc_key *keys;
    uint32_t key_count;
    int (*check)(const ingot_reloc_signature *signature, const void *bytes, uint32_t n, const ingot_reloc_key *keys,
                 uint32_t key_count);
    /* Its own. */
    uint32_t received;
    int status;
    ingot_package_header header;
    ingot_patch patch;
} ingot_package;

void ingot_package_start(ingot_package *package);
/* Where to go on. */
uint32_t ingot_package_received(const ingot_package *package);
/* n bytes that begin at `offset` of the package. What was refused once stays refused until ingot_package_start. */
int ingot_package_chunk(ingot_package *package, uint32_t offset, const void *from, uint32_t n);
int ingot_package_finish(ingot_package *package);

#ifdef __cplusplus
}
#endif

#endif
