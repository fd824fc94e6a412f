/* SPDX-License-Identifier: Apache-2.0 */
/* Running a network: ST's LL_ATON_RT_... functions, for networks whose epochs all run on the CPU.
 *
 *     LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(network)
 *     ...
 *     LL_ATON_RT_RuntimeInit();
 *     LL_ATON_RT_Init_Network(&NN_Instance_network);      // checks the weights; does not return when they do not fit
 *     for (;;) {
 *         fill LL_Buffer_addr_start(LL_ATON_Input_Buffers_Info(&NN_Instance_network));
 *         while (LL_ATON_RT_RunEpochBlock(&NN_Instance_network) != LL_ATON_RT_DONE)
 *             ;                                           // other work of the application
 *         read LL_Buffer_addr_start(LL_ATON_Output_Buffers_Info(&NN_Instance_network));
 *         LL_ATON_RT_Reset_Network(&NN_Instance_network);
 *     }
 *
 * Several instances may run interleaved, epoch by epoch; the runtime keeps no state outside the instance except the
 * callback of LL_ATON_RT_SetRuntimeCallback. Not for several threads on one instance.
 */
#ifndef LL_ATON_RUNTIME_H
#define LL_ATON_RUNTIME_H

#include "ll_aton_NN_interface.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef EpochBlock_ItemTypeDef LL_ATON_RT_EpochBlockItem_t;

typedef enum LL_ATON_SMALL_ENUM {
    LL_ATON_RT_NO_WFE = 0, /* call again */
    LL_ATON_RT_WFE,        /* an epoch is under way: LL_ATON_OSAL_WFE() may be called first. Never here: no NPU. */
    LL_ATON_RT_DONE        /* the inference is complete */
} LL_ATON_RT_RetValues_t;

/* Waits for the NPU in ST's runtime. A network of software epochs never asks for it. */
#define LL_ATON_OSAL_WFE() ((void)0)

void LL_ATON_RT_RuntimeInit(void);
void LL_ATON_RT_RuntimeDeInit(void);

/* Called at initialisation and de-initialisation of the runtime; NULL switches it off. */
void LL_ATON_RT_SetRuntimeCallback(TraceRuntime_FuncPtr_t callback);

/* Called before and after the start and the end part of every epoch block, and when the network is initialised and
 * de-initialised. Set it before LL_ATON_RT_Init_Network; NULL switches it off. */
void LL_ATON_RT_SetEpochCallback(TraceEpochBlock_FuncPtr_t callback, NN_Instance_TypeDef *instance);

/* Checks the network's initializer and makes the instance ready for its first inference. Stops the firmware with a
 * message (ingot_stop) when the initializer is not the one that network.c was made for. */
void LL_ATON_RT_Init_Network(NN_Instance_TypeDef *instance);
void LL_ATON_RT_DeInit_Network(NN_Instance_TypeDef *instance);

/* Makes the instance ready for its next inference. */
void LL_ATON_RT_Reset_Network(NN_Instance_TypeDef *instance);

/* Runs the next epoch block. After LL_ATON_RT_DONE, Reset_Network must come before the next call. */
LL_ATON_RT_RetValues_t LL_ATON_RT_RunEpochBlock(NN_Instance_TypeDef *instance);

/* A whole inference: initialise, run all epochs, de-initialise. */
void LL_ATON_RT_Main(NN_Instance_TypeDef *instance);

/* ---- Buffers of an instance ---- */

static inline const LL_Buffer_InfoTypeDef *LL_ATON_Input_Buffers_Info(const NN_Instance_TypeDef *instance)
{
    return instance->network->input_buffers_info();
}

static inline const LL_Buffer_InfoTypeDef *LL_ATON_Output_Buffers_Info(const NN_Instance_TypeDef *instance)
{
    return instance->network->output_buffers_info();
}

static inline const LL_Buffer_InfoTypeDef *LL_ATON_Internal_Buffers_Info(const NN_Instance_TypeDef *instance)
{
    return instance->network->internal_buffers_info();
}

static inline LL_ATON_User_IO_Result_t LL_ATON_Set_User_Input_Buffer(const NN_Instance_TypeDef *instance,
                                                                     uint32_t number, void *buffer, uint32_t size)
{
    return instance->network->input_setter(number, buffer, size);
}

static inline void *LL_ATON_Get_User_Input_Buffer(const NN_Instance_TypeDef *instance, uint32_t number)
{
    return instance->network->input_getter(number);
}

static inline LL_ATON_User_IO_Result_t LL_ATON_Set_User_Output_Buffer(const NN_Instance_TypeDef *instance,
                                                                      uint32_t number, void *buffer, uint32_t size)
{
    return instance->network->output_setter(number, buffer, size);
}

static inline void *LL_ATON_Get_User_Output_Buffer(const NN_Instance_TypeDef *instance, uint32_t number)
{
    return instance->network->output_getter(number);
}

#ifdef __cplusplus
}
#endif

#endif
