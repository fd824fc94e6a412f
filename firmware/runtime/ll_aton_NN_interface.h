/* SPDX-License-Identifier: Apache-2.0 */
/* What a generated network.c and its application agree on: ST's LL_ATON interface, version 1.1.1.
 *
 * The names and the memory layout are ST's, so that an application, ST's runtime and a relocatable image can work with
 * a network.c of either compiler. The declarations are written for Ingot from measured offsets, which the assertions at
 * the end hold fixed on 32-bit Arm. Where ST's own middleware is installed its header is used instead of this one.
 *
 * Options: LL_ATON_EB_DBG_INFO adds numbers and cycle estimates to every epoch block (20 bytes become 48).
 */
#ifndef LL_ATON_NN_INTERFACE_H
#define LL_ATON_NN_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ll_aton_version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* GCC makes enums one byte on bare-metal Arm and four elsewhere; network.c and runtime must agree, so it is said here. */
#if defined(__GNUC__)
#define LL_ATON_SMALL_ENUM __attribute__((packed))
#else
#define LL_ATON_SMALL_ENUM
#endif

/* ---- Epoch blocks: what the runtime executes, in order ---- */

typedef void (*EpochBlock_FuncPtr_t)(const void *epoch_block);

enum {
    EpochBlock_Flags_NONE = 0,
    EpochBlock_Flags_epoch_start = 1 << 0,
    EpochBlock_Flags_epoch_end = 1 << 1,
    EpochBlock_Flags_blob = 1 << 2,    /* runs on the NPU's epoch controller, from blob_address */
    EpochBlock_Flags_last_eb = 1 << 3, /* ends the array; this item does nothing itself */
    EpochBlock_Flags_pure_hw = 1 << 4,
    EpochBlock_Flags_pure_sw = 1 << 5, /* runs on the CPU, in end_epoch_block */
    EpochBlock_Flags_hybrid = 1 << 6,
    EpochBlock_Flags_internal = 1 << 7,
    EpochBlock_Flags_blob_encrypted = 1 << 8
};

typedef struct {
    EpochBlock_FuncPtr_t start_epoch_block; /* NULL for software epochs */
    EpochBlock_FuncPtr_t end_epoch_block;
    uintptr_t blob_address;
    uint32_t wait_mask; /* NPU events to wait for; 0 for software epochs */
    uint16_t flags;     /* EpochBlock_Flags_... */
#ifdef LL_ATON_EB_DBG_INFO
    int16_t epoch_num;
    int16_t last_epoch_num;
    uint32_t in_streng_mask;
    uint32_t out_streng_mask;
    uint64_t estimated_npu_cycles;
    uint64_t estimated_tot_cycles;
#endif
} EpochBlock_ItemTypeDef;

static inline bool EpochBlock_IsLastEpochBlock(const EpochBlock_ItemTypeDef *block)
{
    return (block->flags & EpochBlock_Flags_last_eb) != 0;
}

/* Whether the CPU alone can run it. */
static inline bool EpochBlock_IsEpochPureSW(const EpochBlock_ItemTypeDef *block)
{
    return (block->flags & EpochBlock_Flags_pure_sw) != 0;
}

/* ---- Buffers: name, place, shape and quantization of inputs, outputs and internal tensors ---- */

typedef union {
    unsigned char *p;
    uintptr_t i;
} __LL_address_t;

typedef enum LL_ATON_SMALL_ENUM {
    CHPos_UNDEFINED = 0,
    CHPos_First = 1,
    CHPos_Last = 2,
    CHPos_Mixed = 3
} Buffer_CHPos_TypeDef;

/* As from runtime 1.1.1 on. Runtimes 1.0.0 and 1.1.0 have other numbers: site_scons/ingot/network/ll_aton.py. */
typedef enum LL_ATON_SMALL_ENUM {
    DataType_UNDEFINED = 0,
    DataType_FLOAT = 1,
    DataType_UINT2 = 2,
    DataType_INT2 = 3,
    DataType_UINT4 = 4,
    DataType_INT4 = 5,
    DataType_UINT8 = 6,
    DataType_INT8 = 7,
    DataType_UINT16 = 8,
    DataType_INT16 = 9,
    DataType_INT32 = 10,
    DataType_INT64 = 11,
    DataType_STRING = 12,
    DataType_BOOL = 13,
    DataType_FLOAT16 = 14,
    DataType_DOUBLE = 15,
    DataType_UINT32 = 16,
    DataType_UINT64 = 17,
    DataType_COMPLEX64 = 18,
    DataType_COMPLEX128 = 19,
    DataType_BFLOAT16 = 20,
    DataType_FXP = 100 /* fixed point; Qm, Qn and Qunsigned say which */
} Buffer_DataType_TypeDef;

/* A table of these ends with an item whose name is NULL. */
typedef struct {
    const char *name;
    __LL_address_t addr_base; /* user allocated: the address of the pointer to the buffer */
    uint32_t offset_start;    /* bytes from the base: first byte, first byte behind, end of what may be read */
    uint32_t offset_end;
    uint32_t offset_limit;
    uint8_t is_user_allocated;
    uint8_t is_param;
    uint16_t epoch; /* last epoch that uses it (outputs), first (inputs) */
    uint32_t batch;
    const uint32_t *mem_shape;
    uint16_t mem_ndims;
    Buffer_CHPos_TypeDef chpos;
    Buffer_DataType_TypeDef type;
    int8_t Qm;
    int8_t Qn;
    uint8_t Qunsigned;
    uint8_t ndims;
    uint8_t nbits;
    uint8_t per_channel;
    const uint32_t *shape;
    const float *scale;    /* NULL without quantization; one, or one per channel */
    const int16_t *offset; /* zero points, as many as scales */
} LL_Buffer_InfoTypeDef;

static inline unsigned char *LL_Buffer_addr_base(const LL_Buffer_InfoTypeDef *buffer)
{
    return buffer->is_user_allocated ? *(unsigned char **)buffer->addr_base.p : buffer->addr_base.p;
}

/* Address of the first byte. */
static inline unsigned char *LL_Buffer_addr_start(const LL_Buffer_InfoTypeDef *buffer)
{
    return LL_Buffer_addr_base(buffer) + buffer->offset_start;
}

/* Address behind the last byte. */
static inline unsigned char *LL_Buffer_addr_end(const LL_Buffer_InfoTypeDef *buffer)
{
    return LL_Buffer_addr_base(buffer) + buffer->offset_end;
}

/* Address behind the last byte that hardware may touch when it reads the buffer. */
static inline unsigned char *LL_Buffer_addr_limit(const LL_Buffer_InfoTypeDef *buffer)
{
    return LL_Buffer_addr_base(buffer) + buffer->offset_limit;
}

/* Bytes. */
static inline uint32_t LL_Buffer_len(const LL_Buffer_InfoTypeDef *buffer)
{
    return buffer->offset_end - buffer->offset_start;
}

/* Bits of one element. */
static inline uint32_t LL_Buffer_bits(const LL_Buffer_InfoTypeDef *buffer)
{
    return buffer->nbits;
}

/* ---- Inputs and outputs that the application allocates ---- */

typedef enum LL_ATON_SMALL_ENUM {
    LL_ATON_User_IO_NOERROR = 0,
    LL_ATON_User_IO_WRONG_ALIGN,
    LL_ATON_User_IO_WRONG_SIZE,
    LL_ATON_User_IO_WRONG_INDEX
} LL_ATON_User_IO_Result_t;

/* ---- A network: the functions that network.c defines ---- */

typedef bool (*NN_Init_TypeDef)(void);
typedef LL_ATON_User_IO_Result_t (*NN_InputSetter_TypeDef)(uint32_t number, void *buffer, uint32_t size);
typedef void *(*NN_InputGetter_TypeDef)(uint32_t number);
typedef LL_ATON_User_IO_Result_t (*NN_OutputSetter_TypeDef)(uint32_t number, void *buffer, uint32_t size);
typedef void *(*NN_OutputGetter_TypeDef)(uint32_t number);
typedef const EpochBlock_ItemTypeDef *(*NN_EpochBlockItems_TypeDef)(void);
typedef const LL_Buffer_InfoTypeDef *(*NN_BuffersInfo_TypeDef)(void);

typedef struct {
    const char *network_name;
    NN_Init_TypeDef ec_network_init;   /* once, before the first inference: checks the initializer */
    NN_Init_TypeDef ec_inference_init; /* before every inference */
    NN_InputSetter_TypeDef input_setter;
    NN_InputGetter_TypeDef input_getter;
    NN_OutputSetter_TypeDef output_setter;
    NN_OutputGetter_TypeDef output_getter;
    NN_EpochBlockItems_TypeDef epoch_block_items;
    NN_BuffersInfo_TypeDef output_buffers_info;
    NN_BuffersInfo_TypeDef input_buffers_info;
    NN_BuffersInfo_TypeDef internal_buffers_info;
} NN_Interface_TypeDef;

/* ---- A network in execution ---- */

typedef enum LL_ATON_SMALL_ENUM {
    LL_ATON_RT_Callbacktype_PRE_START = 0,
    LL_ATON_RT_Callbacktype_POST_START,
    LL_ATON_RT_Callbacktype_PRE_END,
    LL_ATON_RT_Callbacktype_POST_END,
    LL_ATON_RT_Callbacktype_NN_Init,
    LL_ATON_RT_Callbacktype_NN_DeInit,
    LL_ATON_RT_Callbacktype_RT_Init,
    LL_ATON_RT_Callbacktype_RT_Deinit
} LL_ATON_RT_Callbacktype_t;

struct NN_Instance_struct;

typedef void (*TraceRuntime_FuncPtr_t)(LL_ATON_RT_Callbacktype_t event);
/* epoch_block is NULL for the events of the whole network. */
typedef void (*TraceEpochBlock_FuncPtr_t)(LL_ATON_RT_Callbacktype_t event, const struct NN_Instance_struct *instance,
                                          const EpochBlock_ItemTypeDef *epoch_block);

/* Owned by the runtime; applications hand it through. */
typedef struct {
    const EpochBlock_ItemTypeDef *current_epoch_block; /* NULL: not initialised */
    const EpochBlock_ItemTypeDef *first_epoch_block;
    const EpochBlock_ItemTypeDef *next_epoch_block;
    const EpochBlock_ItemTypeDef *saved_current_epoch_block;
    const EpochBlock_ItemTypeDef *saved_first_epoch_block;
    TraceEpochBlock_FuncPtr_t epoch_callback_function;
    uint32_t volatile triggered_events;
    bool current_epoch_block_started;
    bool inference_started;
    uint32_t reserved;
#ifndef NDEBUG
    uint32_t nr_of_epoch_blocks;
    uint32_t saved_nr_of_epoch_blocks;
#endif
    uintptr_t inst_reloc; /* relocatable image: its context; else 0 */
} NN_Execution_State_TypeDef;

typedef struct NN_Instance_struct {
    const NN_Interface_TypeDef *network;
    NN_Execution_State_TypeDef exec_state;
} NN_Instance_TypeDef;

/* ---- Declaring them ---- */

/* The functions of network `name`, as network.c defines them. */
#define LL_ATON_DECLARE_NAMED_NN_PROTOS(name)                                                                     \
    extern bool LL_ATON_EC_Network_Init_##name(void);                                                             \
    extern bool LL_ATON_EC_Inference_Init_##name(void);                                                           \
    extern LL_ATON_User_IO_Result_t LL_ATON_Set_User_Input_Buffer_##name(uint32_t number, void *buffer,           \
                                                                         uint32_t size);                          \
    extern void *LL_ATON_Get_User_Input_Buffer_##name(uint32_t number);                                           \
    extern LL_ATON_User_IO_Result_t LL_ATON_Set_User_Output_Buffer_##name(uint32_t number, void *buffer,          \
                                                                          uint32_t size);                         \
    extern void *LL_ATON_Get_User_Output_Buffer_##name(uint32_t number);                                          \
    extern const EpochBlock_ItemTypeDef *LL_ATON_EpochBlockItems_##name(void);                                    \
    extern const LL_Buffer_InfoTypeDef *LL_ATON_Output_Buffers_Info_##name(void);                                 \
    extern const LL_Buffer_InfoTypeDef *LL_ATON_Input_Buffers_Info_##name(void);                                  \
    extern const LL_Buffer_InfoTypeDef *LL_ATON_Internal_Buffers_Info_##name(void);

/* NN_Interface_<name>: the interface of network `name`. */
#define LL_ATON_DECLARE_NAMED_NN_INTERFACE(name)                                     \
    LL_ATON_DECLARE_NAMED_NN_PROTOS(name)                                            \
    static const NN_Interface_TypeDef NN_Interface_##name = {                        \
        .network_name = #name,                                                       \
        .ec_network_init = LL_ATON_EC_Network_Init_##name,                           \
        .ec_inference_init = LL_ATON_EC_Inference_Init_##name,                       \
        .input_setter = LL_ATON_Set_User_Input_Buffer_##name,                        \
        .input_getter = LL_ATON_Get_User_Input_Buffer_##name,                        \
        .output_setter = LL_ATON_Set_User_Output_Buffer_##name,                      \
        .output_getter = LL_ATON_Get_User_Output_Buffer_##name,                      \
        .epoch_block_items = LL_ATON_EpochBlockItems_##name,                         \
        .output_buffers_info = LL_ATON_Output_Buffers_Info_##name,                   \
        .input_buffers_info = LL_ATON_Input_Buffers_Info_##name,                     \
        .internal_buffers_info = LL_ATON_Internal_Buffers_Info_##name,               \
    };

/* NN_Instance_<instance>: an execution of the network with that interface. */
#ifdef __cplusplus /* which warns of members that are left out */
#define LL_ATON_DECLARE_NAMED_NN_INSTANCE(instance, interface) \
    static NN_Instance_TypeDef NN_Instance_##instance = {.network = (interface), .exec_state = {}};
#else
#define LL_ATON_DECLARE_NAMED_NN_INSTANCE(instance, interface) \
    static NN_Instance_TypeDef NN_Instance_##instance = {.network = (interface)};
#endif

/* Both at once; at file or block scope. The semicolon is in it: applications write one behind it or not. */
#define LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(name) \
    LL_ATON_DECLARE_NAMED_NN_INTERFACE(name)                  \
    LL_ATON_DECLARE_NAMED_NN_INSTANCE(name, &NN_Interface_##name)

/* ---- Layout, as measured; a change here breaks relocatable images and ST's runtime ---- */

#if defined(__arm__) && !defined(__cplusplus)
#ifdef LL_ATON_EB_DBG_INFO
_Static_assert(sizeof(EpochBlock_ItemTypeDef) == 48, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, epoch_num) == 18, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, last_epoch_num) == 20, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, in_streng_mask) == 24, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, out_streng_mask) == 28, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, estimated_npu_cycles) == 32, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, estimated_tot_cycles) == 40, "epoch block layout");
#else
_Static_assert(sizeof(EpochBlock_ItemTypeDef) == 20, "epoch block layout");
#endif
_Static_assert(offsetof(EpochBlock_ItemTypeDef, end_epoch_block) == 4, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, blob_address) == 8, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, wait_mask) == 12, "epoch block layout");
_Static_assert(offsetof(EpochBlock_ItemTypeDef, flags) == 16, "epoch block layout");

_Static_assert(sizeof(LL_Buffer_InfoTypeDef) == 56, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, addr_base) == 4, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, offset_start) == 8, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, offset_end) == 12, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, offset_limit) == 16, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, is_user_allocated) == 20, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, is_param) == 21, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, epoch) == 22, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, batch) == 24, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, mem_shape) == 28, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, mem_ndims) == 32, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, chpos) == 34, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, type) == 35, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, Qm) == 36, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, Qn) == 37, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, Qunsigned) == 38, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, ndims) == 39, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, nbits) == 40, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, per_channel) == 41, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, shape) == 44, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, scale) == 48, "buffer layout");
_Static_assert(offsetof(LL_Buffer_InfoTypeDef, offset) == 52, "buffer layout");

_Static_assert(sizeof(NN_Interface_TypeDef) == 44, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, ec_network_init) == 4, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, ec_inference_init) == 8, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, input_setter) == 12, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, input_getter) == 16, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, output_setter) == 20, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, output_getter) == 24, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, epoch_block_items) == 28, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, output_buffers_info) == 32, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, input_buffers_info) == 36, "interface layout");
_Static_assert(offsetof(NN_Interface_TypeDef, internal_buffers_info) == 40, "interface layout");

_Static_assert(offsetof(NN_Instance_TypeDef, exec_state) == 4, "instance layout");
#ifdef NDEBUG
_Static_assert(sizeof(NN_Instance_TypeDef) == 44, "instance layout");
_Static_assert(offsetof(NN_Execution_State_TypeDef, inst_reloc) == 36, "instance layout");
#else
_Static_assert(sizeof(NN_Instance_TypeDef) == 52, "instance layout");
_Static_assert(offsetof(NN_Execution_State_TypeDef, inst_reloc) == 44, "instance layout");
#endif
#endif

#ifdef __cplusplus
}
#endif

#endif
