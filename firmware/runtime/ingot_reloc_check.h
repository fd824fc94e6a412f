/* SPDX-License-Identifier: Apache-2.0 */
/* The checked form of an image and of what it is to be installed with. Internal to the loader. */
#ifndef INGOT_RELOC_CHECK_H
#define INGOT_RELOC_CHECK_H

#include "ingot_reloc.h"
#include "ingot_reloc_format.h"

/* Addresses are those of the machine, 32 bits; sizes in bytes. */
typedef struct {
    const ingot_reloc_header *header;
    const ingot_reloc_context *context; /* as stored in the file */
    uint32_t file;
    uint32_t limit;  /* bytes of the file that may be read */
    uint32_t extent; /* bytes of the file up to the end of its params, without the seal */
    uint32_t ro;     /* bytes of the read-only part */
    uint32_t stored; /* bytes of initialised RAM in the file */
    uint32_t rw;     /* bytes of RAM with the zeroed part */
    uint32_t pools;  /* how many descriptors */
    uint32_t params; /* address of the params; 0: there are none */
    uint32_t params_limit; /* bytes there that may be read */
    uint32_t blobs;        /* bytes of epoch-controller blobs in front of them */
    /* The relative pools: address and bytes, 0 where the network has none. */
    uint32_t pool_address[2];
    uint32_t pool_size[2];
    uint32_t rom, ram; /* where it will run */
} ingot_reloc_plan;

/* The header and everything that needs no configuration: fills file to stored, and `pools`. */
int ingot_reloc_check_image(uintptr_t file, const ingot_reloc_policy *policy, ingot_reloc_plan *plan);

/* All the rest. After 0, installing cannot fail. */
int ingot_reloc_check_install(const ll_aton_reloc_config *config, const ingot_reloc_policy *policy,
                              const NN_Instance_TypeDef *instance, ingot_reloc_plan *plan);

/* The blobs at `start`, of which `limit` bytes may be read: their bytes; false when one is not whole. */
bool ingot_reloc_measure_blobs(uint32_t start, uint32_t limit, uint32_t *bytes);

/* The seal behind the params, or the CRC of the params where there is none. */
int ingot_reloc_check_seal(const ingot_reloc_policy *policy, const ingot_reloc_plan *plan);

/* Where the file's form of an address lies now; false when it is outside what the image owns. The value 0 stays 0. */
bool ingot_reloc_place(const ingot_reloc_plan *plan, uint32_t word, uint32_t *address);

static inline const ingot_reloc_descriptor *ingot_reloc_pools(const ingot_reloc_plan *plan)
{
    return (const ingot_reloc_descriptor *)(uintptr_t)(plan->file + plan->ro +
                                                       INGOT_RELOC_OFFSET(plan->header->params_start));
}

static inline bool ingot_reloc_pool_has_params(const ingot_reloc_descriptor *pool)
{
    return (pool->flags >> 16 & 0xFFu) != INGOT_POOL_ACTIV;
}

static inline uint32_t ingot_reloc_aligned(uint32_t size)
{
    return (size + INGOT_RELOC_ALIGNMENT - 1) & ~(INGOT_RELOC_ALIGNMENT - 1);
}

static inline uint32_t ingot_reloc_word(uint32_t address)
{
    return *(const uint32_t *)(uintptr_t)address;
}

#endif
