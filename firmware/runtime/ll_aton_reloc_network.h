/* SPDX-License-Identifier: Apache-2.0 */
/* Relocatable network images: ST's ll_aton_reloc_... functions, over Ingot's loader (ingot_reloc.h).
 *
 *     ll_aton_reloc_info info;
 *     if (ll_aton_reloc_get_info(image, &info)) ...            // what it needs
 *     ll_aton_reloc_config config = {.exec_ram_addr = ..., .exec_ram_size = info.rt_ram_xip, .mode = ..._XIP};
 *     if (ll_aton_reloc_install(image, &config, &instance)) ...
 *     LL_ATON_RT_Init_Network(&instance);                       // from here on as any network
 *
 * Functions return 0, or a negative code of ingot_reloc.h; ingot_reloc_text(code) is its meaning. Firmware that uses
 * this is compiled with LL_ATON_RT_RELOC, so that the runtime calls into images.
 */
#ifndef LL_ATON_RELOC_NETWORK_H
#define LL_ATON_RELOC_NETWORK_H

#include "ll_aton_NN_interface.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AI_RELOC_MAGIC 0x4E49424Eu
#define AI_RELOC_ALIGNMENT 8u

/* Modes of installation; CLEAR also clears the activations. */
#define AI_RELOC_RT_LOAD_MODE_XIP (1u << 0)
#define AI_RELOC_RT_LOAD_MODE_COPY (1u << 1)
#define AI_RELOC_RT_LOAD_MODE_CLEAR (1u << 2)

typedef struct {
    const char *c_name;
    uint32_t variant;    /* the image's flags */
    uint32_t code_sz;    /* bytes of the read-only part */
    uint32_t params_off; /* 0: the params are not in the file */
    uint32_t params_sz;
    uint32_t acts_sz;
    uint32_t ext_ram_sz;
    uint32_t rt_ram_xip; /* bytes of executable RAM for each mode */
    uint32_t rt_ram_copy;
    const char *rt_version_desc;
    uint32_t rt_version;
    uint32_t rt_version_extra;
} ll_aton_reloc_info;

typedef struct {
    uintptr_t exec_ram_addr; /* 8-aligned */
    uint32_t exec_ram_size;
    uintptr_t ext_ram_addr; /* 8-aligned; 0 when the image has no read-write relative pool */
    uint32_t ext_ram_size;
    uintptr_t ext_param_addr; /* where the params are when they are not in the file; else 0 */
    uint32_t mode;
} ll_aton_reloc_config;

int ll_aton_reloc_get_info(uintptr_t file, ll_aton_reloc_info *info);
void ll_aton_reloc_log_info(uintptr_t file); /* prints it */
int ll_aton_reloc_install(uintptr_t file, const ll_aton_reloc_config *config, NN_Instance_TypeDef *instance);
int ll_aton_reloc_is_valid(const NN_Instance_TypeDef *instance); /* 1: an image is installed */

/* The table, or with number >= 0 the one item (NULL when there is none). */
const LL_Buffer_InfoTypeDef *ll_aton_reloc_get_input_buffers_info(const NN_Instance_TypeDef *instance, int32_t number);
const LL_Buffer_InfoTypeDef *ll_aton_reloc_get_output_buffers_info(const NN_Instance_TypeDef *instance,
                                                                   int32_t number);
const LL_Buffer_InfoTypeDef *ll_aton_reloc_get_internal_buffers_info(const NN_Instance_TypeDef *instance);

LL_ATON_User_IO_Result_t ll_aton_reloc_set_input(const NN_Instance_TypeDef *instance, uint32_t number, void *buffer,
                                                 uint32_t size);
LL_ATON_User_IO_Result_t ll_aton_reloc_set_output(const NN_Instance_TypeDef *instance, uint32_t number, void *buffer,
                                                  uint32_t size);
void *ll_aton_reloc_get_input(const NN_Instance_TypeDef *instance, uint32_t number);
void *ll_aton_reloc_get_output(const NN_Instance_TypeDef *instance, uint32_t number);

#ifdef __cplusplus
}
#endif

#endif
