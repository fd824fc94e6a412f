/* SPDX-License-Identifier: Apache-2.0 */
/* The checked form of an image and of what it is to be installed with. Internal to the loader. */
#ifndef INGOT_RELOC_CHECK_H
#define INGOT_RELOC_CHECK_H

#include "ingot_reloc.h"
#include "ingot_reloc_alias.h"
#include "ingot_reloc_format.h"

/* The first address of external memories. */
#define INGOT_RELOC_EXTERNAL_FROM 0x60000000u

/* Addresses are those of the machine, 32 bits; sizes in bytes. Header, context and descriptors are copies: what was
 * checked is what is used, whatever the memory of the image says when it is read again. */
typedef struct {
    ingot_reloc_header header;
    ingot_reloc_context context;
    ingot_reloc_descriptor pool[INGOT_RELOC_MAX_DESCRIPTORS];
    const ingot_reloc_seal *seal; /* one that holds; NULL: there is none */
    const ingot_self_test_sample *self_test; /* covered by the seal; NULL: there is none */
    uint32_t file;
    uint32_t limit;  /* bytes in front of the seal; without one, bytes that may be read */
    uint32_t extent; /* bytes of the file up to the end of its params, and of its self-test */
    uint32_t whole;  /* with the seal */
    uint32_t ro;     /* bytes of the read-only part */
    uint32_t stored; /* bytes of initialised RAM in the file */
    uint32_t rw;     /* bytes of RAM with the zeroed part */
    uint32_t pools;  /* how many descriptors */
    uint32_t params; /* address of the params; 0: there are none */
    uint32_t params_limit; /* bytes there that may be read */
    uint32_t blobs;        /* bytes of epoch-controller blobs in front of them */
    /* The relative pools: address and bytes, 0 where the network has none. The bytes of the first count from its blobs. */
    uint32_t pool_address[2];
    uint32_t pool_size[2];
    uint32_t rom, ram; /* where it will run */
} ingot_reloc_plan;

/* Returns from the function with a refusal. */
#define INGOT_REFUSE_IF(condition, name)     \
    do {                                     \
        if (condition)                       \
            return INGOT_REFUSED_##name;       \
    } while (0)

/* What needs no configuration: first the seal, where there is one, then the header and what it leads to. */
int ingot_reloc_check_image(uintptr_t file, const ingot_reloc_policy *policy, ingot_reloc_plan *plan);

/* Whether every part of the image is sound, with its params, which are at params_at or, for 0, in the file. Nothing
 * here depends on where it will be installed; site_scons/ingot/image/check.py has the same rules, and a test compares. */
int ingot_reloc_check_content(uintptr_t params_at, const ingot_reloc_policy *policy, ingot_reloc_plan *plan);

/* Whether it may be installed where the configuration says. After 0, installing fails only if the image changes. */
int ingot_reloc_check_places(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                             const NN_Instance_TypeDef *instance, ingot_reloc_plan *plan);

/* Bytes from `start` on that may be read: what is said, else to the end of the region, else of the address space. */
uint32_t ingot_reloc_readable(const ingot_reloc_policy *policy, uint32_t start, uint32_t said);

/* The blobs at `start`, of which `limit` bytes may be read: their bytes; false when one is not whole. */
bool ingot_reloc_measure_blobs(uint32_t start, uint32_t limit, uint32_t *bytes);

/* The self-test at `at`, `room` bytes in front of the seal: its bytes; 0 when there is none, or it does not end there. */
uint32_t ingot_reloc_self_test(uint32_t at, uint32_t room);

/* From a container to its blob, at least 24 bytes of it there; 0 for anything else. */
uint32_t ingot_reloc_blob_offset(uint32_t start);

/* Looks for the seal and verifies it; sets seal, limit and whole. Believes no byte of the image that it does not cover. */
int ingot_reloc_check_seal(const ingot_reloc_policy *policy, ingot_reloc_plan *plan);

/* The second file, by the seal of the first: the plan's params and params_limit. */
int ingot_reloc_check_params_seal(ingot_reloc_plan *plan);

/* Whether the seal is signed by a key of the policy; in ingot_ed25519.c. */
int ingot_reloc_check_signature(const ingot_reloc_policy *policy, const ingot_reloc_seal *seal);

/* Where the file's form of an address lies now; false when it is outside what the image owns. The value 0 stays 0. */
bool ingot_reloc_place(const ingot_reloc_plan *plan, uint32_t word, uint32_t *address);

/* Whether the entry of the relocation table is of a word in the data. */
bool ingot_reloc_is_data_word(const ingot_reloc_plan *plan, uint32_t entry);

static inline bool ingot_reloc_is_relative(const ingot_reloc_descriptor *pool)
{
    return pool->flags >> 24 == INGOT_POOL_RELOC;
}

static inline bool ingot_reloc_pool_has_params(const ingot_reloc_descriptor *pool)
{
    return (pool->flags >> 16 & 0xFFu) != INGOT_POOL_ACTIV;
}

/* Whether the pool is behind the NPU cache, which does not reach internal memory, and would be there. */
static inline bool ingot_reloc_cache_misses(const ingot_reloc_descriptor *pool, uint32_t address)
{
    return (pool->flags >> 8 & INGOT_POOL_CACHED) && address < INGOT_RELOC_EXTERNAL_FROM;
}

static inline uint32_t ingot_reloc_aligned(uint32_t size)
{
    return (size + INGOT_RELOC_ALIGNMENT - 1) & ~(INGOT_RELOC_ALIGNMENT - 1);
}

static inline uint32_t ingot_reloc_word(uint32_t address)
{
    return *(const volatile uint32_t *)(uintptr_t)address;
}

#endif
