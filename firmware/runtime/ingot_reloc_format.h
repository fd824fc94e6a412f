/* SPDX-License-Identifier: Apache-2.0 */
/* A relocatable network image as it lies in memory: ST's NBIN format, runtime API 8.0, as C sees it.
 *
 *     [ header | text | rodata | pad to 8 ]                   read-only part
 *     [ data | context | pool descriptors | got ]             initialised RAM
 *     [ pad to 8 ][ relocation table ][ pad to 8 ][ params ][ self-test ][ seal ]
 *
 * All words are little-endian. An address carries its segment in the top four bits and an offset in the rest.
 * site_scons/ingot/image/nbin.py says the same for the packager; a test holds the two together.
 */
#ifndef INGOT_RELOC_FORMAT_H
#define INGOT_RELOC_FORMAT_H

#include <stdint.h>

#define INGOT_RELOC_MAGIC 0x4E49424Eu /* "NBIN" */
#define INGOT_RELOC_API_MAJOR 8u
#define INGOT_RELOC_API_MINOR 0u
#define INGOT_RELOC_ALIGNMENT 8u
#define INGOT_RELOC_MAX_DESCRIPTORS 9u /* ST's loader gives up at ten */

#define INGOT_RELOC_OFFSET(address) ((address) & 0x0FFFFFFFu)
#define INGOT_RELOC_SEGMENT(address) ((address) >> 28)

enum {
    INGOT_SEGMENT_NONE = 0x0,    /* only the value 0 */
    INGOT_SEGMENT_FLASH = 0x2,   /* the file from its first byte */
    INGOT_SEGMENT_RAM = 0x4,     /* initialised RAM from its first byte */
    INGOT_SEGMENT_PARAM_0 = 0x8, /* the read-only relative pool */
    INGOT_SEGMENT_PARAM_1 = 0x9  /* the read-write relative pool */
};

/* Word 1 of the header. */
#define INGOT_RELOC_FLAG_MAJOR(flags) ((flags) >> 28)
#define INGOT_RELOC_FLAG_MINOR(flags) ((flags) >> 24 & 15u)
#define INGOT_RELOC_FLAG_ASYNC (1u << 22)
#define INGOT_RELOC_FLAG_DEBUG (1u << 21)
#define INGOT_RELOC_FLAG_SECURE (1u << 20)
#define INGOT_RELOC_FLAG_TOOLCHAIN(flags) ((flags) >> 16 & 15u)
#define INGOT_RELOC_FLAG_FLOAT_ABI(flags) ((flags) >> 13 & 3u)
#define INGOT_RELOC_FLAG_FPU (1u << 12)
#define INGOT_RELOC_FLAG_CPU(flags) ((flags) & 0xFFFu)
#define INGOT_RELOC_FLAGS_RESERVED (1u << 23 | 1u << 15)
#define INGOT_RELOC_TOOLCHAIN_GCC 8u

typedef struct {
    uint32_t magic;
    uint32_t flags;
    uint32_t data_start; /* RAM */
    uint32_t data_end;   /* RAM: end of data, context and descriptors */
    uint32_t data_data;  /* FLASH: where the initialised RAM is stored; the size of the read-only part */
    uint32_t bss_start;  /* RAM */
    uint32_t bss_end;    /* RAM: bytes that the image needs */
    uint32_t got_start;  /* RAM */
    uint32_t got_end;    /* RAM: end of what is stored */
    uint32_t rel_start;  /* FLASH */
    uint32_t rel_end;    /* FLASH */
    uint32_t params_start;  /* RAM: the table of pool descriptors */
    uint32_t params_offset; /* bytes from the start of the file; 0: the params are elsewhere */
    uint32_t ec_network_init; /* FLASH with the Thumb bit, as all functions */
    uint32_t ec_inference_init;
    uint32_t input_setter;
    uint32_t input_getter;
    uint32_t output_setter;
    uint32_t output_getter;
    uint32_t epoch_items;
    uint32_t output_buffers_info;
    uint32_t input_buffers_info;
    uint32_t internal_buffers_info;
#ifdef INGOT_RELOC_ABI_1_1_3
    uint32_t weight_encryption_info;
    uint32_t blob_encryption_info;
#endif
    uint32_t ctx; /* RAM */
} ingot_reloc_header;

/* The network's record in initialised RAM. The loader writes state to cbs, and instance. */
typedef struct {
    uint32_t state;
    uint32_t file_addr;
    uint32_t ram_addr;
    uint32_t rom_addr;
    uint32_t cbs;
    uint32_t c_name;             /* FLASH */
    uint32_t acts_size;          /* bytes of activations, of parameters */
    uint32_t params_size;
    uint32_t ext_ram_size;       /* bytes of the read-write relative pool */
    uint32_t rt_version_desc;    /* FLASH */
    uint32_t rt_version;         /* major << 24 | minor << 16 | micro << 8 */
    uint32_t rt_version_extra;
    uint32_t params_bin_size;    /* bytes of the pools' raw data, each padded to 8 */
    uint32_t params_bin_crc32;   /* zlib's, over those */
    uint32_t struct_sizes;       /* sizeof(LL_Buffer_InfoTypeDef) | sizeof(EpochBlock_ItemTypeDef) << 8 */
    uint32_t instance;
    uint32_t itf_network;        /* RAM: an NN_Interface_TypeDef with the name only */
} ingot_reloc_context;

#define INGOT_RELOC_STATE_INSTALLED 1u
#define INGOT_RELOC_STATE_XIP 2u

/* One memory pool; a table ends with an all-zero one. flags: type << 24 | data << 16 | attributes << 8 | id. */
typedef struct {
    uint32_t name; /* FLASH */
    uint32_t flags;
    uint32_t offset; /* of its bytes in the params */
    uint32_t dst;    /* 0 for RELOC */
    uint32_t size;
} ingot_reloc_descriptor;

enum { INGOT_POOL_RELOC = 1, INGOT_POOL_COPY = 2, INGOT_POOL_RESET = 3 };
enum { INGOT_POOL_PARAM = 1, INGOT_POOL_ACTIV = 2, INGOT_POOL_MIXED = 3 };
enum { INGOT_POOL_READ = 1, INGOT_POOL_WRITE = 2, INGOT_POOL_CACHED = 4 };

/* First words of what the NPU's epoch controller runs; ingot_reloc_blobs.c. */
#define INGOT_BLOB 0xCA057A7Au
#define INGOT_BLOB_CONTAINER_20 0xECBF0020u
#define INGOT_BLOB_CONTAINER_30 0xECBF0030u
#define INGOT_BLOB_CONTAINER_50 0xECBF0050u

/* What a sealed image with its params inside may have 8-aligned behind them: a sample, and what the network makes of it.
 * The sample is behind this structure, padded to 8 bytes, or is made of the seed: ingot_self_test.h. */
#define INGOT_SELF_TEST_MAGIC "INGOTEST"
#define INGOT_SELF_TEST_VERSION 1u

typedef struct {
    uint8_t magic[8];
    uint32_t version;
    uint32_t length;       /* bytes up to the seal: this structure and the padded sample */
    uint32_t seed;         /* 0: the sample is there */
    uint32_t input_bytes;  /* of all inputs, in their order */
    uint32_t output_bytes; /* of all outputs, in their order */
    uint32_t zero;
    uint8_t digest[32];    /* SHA-256 of the outputs */
} ingot_self_test_sample;

/* Ingot's seal, 8-aligned behind the params, where ST's loader does not look. */
#define INGOT_SEAL_MAGIC "INGOSEAL"
#define INGOT_SEAL_VERSION 1u
enum { INGOT_SEAL_CRC32 = 1, INGOT_SEAL_SHA256 = 2 };

typedef struct {
    uint8_t magic[8];
    uint32_t version;
    uint32_t length;  /* bytes of the seal: this structure, and the signature where there is one */
    uint32_t covered; /* bytes of the file in front of the seal */
    uint32_t kind;    /* of the digests; a CRC-32 is in the first four bytes */
    uint8_t layout[8];
    char board[24];
    char model[40];
    char model_version[24];
    char compiler[36];
    uint32_t params_covered;   /* bytes of the second file; 0 when the params are in this one */
    uint8_t params_digest[32]; /* of the second file */
    uint8_t digest[32];        /* of the covered bytes and of this structure up to here */
} ingot_reloc_seal;

/* Behind a signed seal: who signed, and an Ed25519 signature of the ingot_reloc_seal. */
typedef struct {
    uint8_t key_id[8]; /* first bytes of the SHA-256 of the public key */
    uint8_t signature[64];
} ingot_reloc_signature;

#define INGOT_SEAL_SIGNED_BYTES (sizeof(ingot_reloc_seal) + sizeof(ingot_reloc_signature))

#define INGOT_RELOC_MAX_TEXT 255u /* bytes of a name, of an image or of a pool */

#endif
