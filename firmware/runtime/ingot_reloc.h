/* SPDX-License-Identifier: Apache-2.0 */
/* The loader of relocatable images: checks first, writes afterwards.
 *
 * A refused image has changed nothing: not the executable RAM, not a pool, not the instance. Every refusal has a code of
 * its own, and a text. No heap; about 700 bytes of stack (and 2.3 KB more for a signature). One image may be installed several times, each with its own RAM.
 *
 * What ST's interface cannot say (how long the file is, where a network may write, whether a seal is asked for) is the
 * policy. ll_aton_reloc_install takes it from ingot_reloc_policy_of(), which a board or an application defines.
 */
#ifndef INGOT_RELOC_H
#define INGOT_RELOC_H

#include "ll_aton_reloc_network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Name, text. The code is INGOT_REFUSED_<name>, -100 - position. */
#define INGOT_RELOC_REFUSALS(X)                                                                         \
    X(ARGUMENT, "an argument is missing")                                                               \
    X(MODE, "the mode must be either XIP or COPY")                                                      \
    X(IMAGE_ALIGNMENT, "the image is not at an address divisible by 8")                                 \
    X(NO_IMAGE, "there is no image: it does not start with NBIN")                                          \
    X(CUT, "the image is shorter than its header says")                                                 \
    X(API, "the image has another format version")                                                      \
    X(CPU, "the image is for another processor")                                                        \
    X(FLOAT_ABI, "the image passes floating-point numbers differently")                                 \
    X(FPU_OFF, "the image needs the floating-point unit, which is off")                                 \
    X(TOOLCHAIN, "the image was made by another compiler family")                                       \
    X(SECURITY, "the image is for the secure state, this firmware runs in the other")                   \
    X(DEBUG_INFO, "the image's epoch blocks have another size (LL_ATON_EB_DBG_INFO)")                   \
    X(FLAGS, "the image has flags that this loader does not know")                                      \
    X(SEGMENT, "a header address is not in the segment where it belongs")                               \
    X(SECTION_ALIGNMENT, "a section is not aligned")                                                    \
    X(SECTION_ORDER, "the sections are not in their order")                                             \
    X(CONTEXT, "the context is not inside the data")                                                    \
    X(RUNTIME_VERSION, "the image is for another version of the runtime")                               \
    X(STRUCT_SIZES, "the image was compiled with other structure sizes")                                \
    X(NAME, "a name is not a short text in the read-only part")                                           \
    X(ENTRY_POINT, "an entry point is not a function in the read-only part")                            \
    X(GOT, "an entry of the GOT is outside the image and its pools")                                    \
    X(RELOCATION_PLACE, "a relocation is not of a word in the data")                                    \
    X(RELOCATION_VALUE, "a relocated word is outside the image and its pools")                          \
    X(POOL_TABLE, "the table of pools is not inside the data, or has more than nine")                   \
    X(POOL_KIND, "a pool is of a kind that this loader does not know")                                  \
    X(POOL_RANGE, "a pool reaches beyond the params or beyond the address space")                       \
    X(POOL_REGION, "a pool is where the network may not write")                                         \
    X(POOL_OVERLAP, "a pool overlaps the image, its RAM or another pool")                               \
    X(POOL_CACHED, "a pool behind the NPU cache is in internal memory")                                 \
    X(PARAMS_MISSING, "the params are not in the file, and no address of them was given")               \
    X(PARAMS_ALIGNMENT, "the params are not at an address divisible by 8")                              \
    X(PARAMS_CUT, "the params are shorter than the image says")                                         \
    X(PARAMS_CRC, "the params are damaged, or those of another image")                                  \
    X(EXT_RAM_SIZE, "the external RAM is missing or too small")                                         \
    X(EXT_RAM_ALIGNMENT, "the external RAM is not at an address divisible by 8")                        \
    X(EXT_RAM_REGION, "the external RAM is not where a network may write, or overlaps something")       \
    X(EXEC_RAM_SIZE, "the executable RAM is missing or too small")                                      \
    X(EXEC_RAM_ALIGNMENT, "the executable RAM is not at an address divisible by 8")                     \
    X(EXEC_RAM_REGION, "the executable RAM is not where an image may be installed")                     \
    X(EXEC_RAM_OVERLAP, "the executable RAM overlaps the image, its params, a pool or the instance")    \
    X(SEAL_MISSING, "the image has no seal, and this firmware asks for one")                            \
    X(SEAL_FORM, "the seal is of a kind that this loader does not know")                                \
    X(SEAL_WEAK, "the image is sealed with a CRC, and this firmware asks for SHA-256")                  \
    X(SEAL_DIGEST, "the image is damaged: it is not what was sealed")                                   \
    X(SEAL_PARAMS, "the params are not those that were sealed with the image")                          \
    X(SEAL_BOARD, "the image was made for another board")                                               \
    X(NOT_INSTALLED, "no image is installed in this instance")                                          \
    X(BLOB, "an epoch-controller blob in front of the params is not whole")                             \
    X(POOL_ALIGNMENT, "the relative pool is not at an offset of the params divisible by 8")                \
    X(TAIL, "bytes follow the params that are no seal")                                                  \
    X(CHANGED, "the image changed while it was installed")                                               \
    X(SEAL_UNSIGNED, "the image is not signed, and this firmware asks for a signature")                  \
    X(SEAL_KEY, "the image is signed with a key that this firmware does not know")                       \
    X(SEAL_REVOKED, "the image is signed with a key that was revoked")                                   \
    X(SEAL_SIGNATURE, "the signature is not one of the sealed image")                                    \
    X(SEAL_VERIFIER, "a signature is asked for, and Ed25519 is not part of this firmware")

#define INGOT_RELOC_NAME(name, text) INGOT_RELOC_AT_##name,
enum { INGOT_RELOC_REFUSALS(INGOT_RELOC_NAME) INGOT_RELOC_COUNT };
#undef INGOT_RELOC_NAME
#define INGOT_RELOC_CODE(name, text) INGOT_REFUSED_##name = -100 - INGOT_RELOC_AT_##name,
typedef enum { INGOT_RELOC_REFUSALS(INGOT_RELOC_CODE) INGOT_RELOC_OK = 0 } ingot_reloc_status;
#undef INGOT_RELOC_CODE

/* The meaning of a code; "ok" for 0. */
const char *ingot_reloc_text(int status);

/* ---- What this firmware allows ---- */

#define INGOT_RELOC_MAY_HOLD_POOLS 1u /* networks may write their activations and copied params there */
#define INGOT_RELOC_MAY_EXECUTE 2u    /* images may be installed there */
#define INGOT_RELOC_MAY_READ 4u       /* images and params may lie there */

typedef struct {
    uint32_t start, size;
    uint32_t use; /* INGOT_RELOC_MAY_... */
} ingot_reloc_region;

#define INGOT_RELOC_ASK_SEAL 1u      /* refuse images without one */
#define INGOT_RELOC_ASK_SHA256 2u    /* a seal with a CRC-32 does not do */
#define INGOT_RELOC_ASK_SIGNATURE 4u /* nor does one that no key of the policy signed; needs ingot_ed25519.c */

/* Who may sign. Keys are tried by their id, so a firmware may know several: those of today, of tomorrow, a spare one. */
typedef struct {
    uint8_t public_key[32];
    bool revoked; /* kept in the table so that the refusal says so */
} ingot_reloc_key;

/* All sizes in bytes; 0: not known, then the image's own figures count (within the regions). */
typedef struct {
    uint32_t image_size;
    uint32_t params_size; /* of the second file */
    uint32_t ask;         /* INGOT_RELOC_ASK_... */
    const ingot_reloc_region *regions;
    uint32_t region_count; /* 0: any address will do */
    const char *board;     /* a seal must name it; NULL: any */
    const ingot_reloc_key *keys;
    uint32_t key_count;
} ingot_reloc_policy;

/* Hook: the policy for an image about to be installed by ll_aton_reloc_install. The weak one allows everything that
 * cannot hurt the image itself. */
const ingot_reloc_policy *ingot_reloc_policy_of(uintptr_t file);

/* Addresses start <= a < end reach the same bytes as those from alias_of on, which are in no alias themselves. */
typedef struct {
    uint32_t start, end, alias_of;
} ingot_reloc_alias;

/* Hook: alias `number` of the chip, counted from 0; false when there are no more. The weak one has what the board's
 * file says, from the linker script (at most INGOT_RELOC_MAX_ALIASES). */
bool ingot_reloc_alias_of(uint32_t number, ingot_reloc_alias *alias);

#define INGOT_RELOC_MAX_ALIASES 4u

/* ---- Installing ---- */

int ingot_reloc_install(uintptr_t file, const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                        NN_Instance_TypeDef *instance);

/* Takes the network out of the instance; its RAM is free then. */
int ingot_reloc_uninstall(NN_Instance_TypeDef *instance);

/* ---- For the runtime ---- */

/* Calls a function of an image: address with the Thumb bit, its data's address goes into r9. */
uintptr_t ingot_reloc_call(uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t function, uintptr_t data);

bool ingot_reloc_network_init(const NN_Instance_TypeDef *instance);
bool ingot_reloc_inference_init(const NN_Instance_TypeDef *instance);
const EpochBlock_ItemTypeDef *ingot_reloc_epoch_items(const NN_Instance_TypeDef *instance);
void ingot_reloc_run(const NN_Instance_TypeDef *instance, EpochBlock_FuncPtr_t function,
                     const EpochBlock_ItemTypeDef *block);

#ifdef __cplusplus
}
#endif

#endif
