/* SPDX-License-Identifier: Apache-2.0 */
#include "ll_aton_runtime.h"

#include "ingot_runtime.h"

#ifdef LL_ATON_RT_RELOC
#include "ingot_reloc.h"
#define IS_RELOCATABLE(instance) ((instance)->exec_state.inst_reloc != 0)
#else
/* Without relocatable images nothing of their loader is linked. */
#define IS_RELOCATABLE(instance) ((void)(instance), false)
#define ingot_reloc_epoch_items(instance) NULL
#define ingot_reloc_network_init(instance) false
#define ingot_reloc_inference_init(instance) false
#define ingot_reloc_run(instance, function, block) ((void)0)
#endif

#ifdef INGOT_NPU
#include "ingot_npu.h"
#define RUNS_BLOBS 1
static void run_blob(const void *blob)
{
    ingot_npu_result result;
    do
        result = ingot_npu_run(blob);
    while (result != INGOT_NPU_OK && ingot_npu_failed(result, blob));
}

/* An image's weights and programs were copied to where others may have been. */
static void weights_changed(void)
{
    ingot_npu_result result = ingot_npu_memory_changed();
    if (result != INGOT_NPU_OK)
        ingot_stop(ingot_npu_text(result));
}
#else
/* Without layers for the NPU nothing of its driver is linked. */
#define RUNS_BLOBS 0
#define run_blob(blob) ((void)0)
#define weights_changed() ((void)0)
#endif

/* Everything else is in the instance. */
static TraceRuntime_FuncPtr_t runtime_callback;

void LL_ATON_RT_SetRuntimeCallback(TraceRuntime_FuncPtr_t callback)
{
    runtime_callback = callback;
}

void LL_ATON_RT_RuntimeInit(void)
{
    if (runtime_callback)
        runtime_callback(LL_ATON_RT_Callbacktype_RT_Init);
}

void LL_ATON_RT_RuntimeDeInit(void)
{
    if (runtime_callback)
        runtime_callback(LL_ATON_RT_Callbacktype_RT_Deinit);
}

static void notify(LL_ATON_RT_Callbacktype_t event, const NN_Instance_TypeDef *instance,
                   const EpochBlock_ItemTypeDef *block)
{
    if (instance->exec_state.epoch_callback_function)
        instance->exec_state.epoch_callback_function(event, instance, block);
}

void LL_ATON_RT_SetEpochCallback(TraceEpochBlock_FuncPtr_t callback, NN_Instance_TypeDef *instance)
{
    instance->exec_state.epoch_callback_function = callback;
}

void LL_ATON_RT_Reset_Network(NN_Instance_TypeDef *instance)
{
    NN_Execution_State_TypeDef *state = &instance->exec_state;
    state->first_epoch_block = IS_RELOCATABLE(instance) ? ingot_reloc_epoch_items(instance)
                                                        : instance->network->epoch_block_items();
    state->current_epoch_block = state->first_epoch_block;
    state->next_epoch_block = NULL;
    state->saved_current_epoch_block = NULL;
    state->saved_first_epoch_block = NULL;
    state->triggered_events = 0;
    state->current_epoch_block_started = false;
    state->inference_started = false;
}

void LL_ATON_RT_Init_Network(NN_Instance_TypeDef *instance)
{
    if (!(IS_RELOCATABLE(instance) ? ingot_reloc_network_init(instance) : instance->network->ec_network_init()))
        ingot_stop("the network could not be initialised");
    if (IS_RELOCATABLE(instance))
        weights_changed();
    LL_ATON_RT_Reset_Network(instance);
    notify(LL_ATON_RT_Callbacktype_NN_Init, instance, NULL);
}

void LL_ATON_RT_DeInit_Network(NN_Instance_TypeDef *instance)
{
    notify(LL_ATON_RT_Callbacktype_NN_DeInit, instance, NULL);
    instance->exec_state.current_epoch_block = NULL;
}

static void run(const NN_Instance_TypeDef *instance, EpochBlock_FuncPtr_t function, const EpochBlock_ItemTypeDef *block)
{
    if (IS_RELOCATABLE(instance))
        ingot_reloc_run(instance, function, block);
    else
        function(block);
}

static LL_ATON_RT_RetValues_t finish_or_go_on(const NN_Execution_State_TypeDef *state)
{
    return EpochBlock_IsLastEpochBlock(state->current_epoch_block) ? LL_ATON_RT_DONE : LL_ATON_RT_NO_WFE;
}

LL_ATON_RT_RetValues_t LL_ATON_RT_RunEpochBlock(NN_Instance_TypeDef *instance)
{
    NN_Execution_State_TypeDef *state = &instance->exec_state;
    const EpochBlock_ItemTypeDef *block = state->current_epoch_block;
    if (!block)
        ingot_stop("LL_ATON_RT_RunEpochBlock before LL_ATON_RT_Init_Network");
    if (!state->inference_started) {
        if (!(IS_RELOCATABLE(instance) ? ingot_reloc_inference_init(instance)
                                       : instance->network->ec_inference_init()))
            ingot_stop("an input or output of the application has no buffer: call LL_ATON_Set_User_..._Buffer first");
        state->inference_started = true;
    }
    if (EpochBlock_IsLastEpochBlock(block))
        return LL_ATON_RT_DONE;
    bool software = EpochBlock_IsEpochPureSW(block);
    if (!software && !RUNS_BLOBS)
        ingot_stop("this network has epochs for the NPU; they need ST's runtime");
    notify(LL_ATON_RT_Callbacktype_PRE_START, instance, block);
    if (block->start_epoch_block)
        run(instance, block->start_epoch_block, block);
    if (!software)
        run_blob((const void *)block->blob_address);
    notify(LL_ATON_RT_Callbacktype_POST_START, instance, block);
    notify(LL_ATON_RT_Callbacktype_PRE_END, instance, block);
    if (block->end_epoch_block)
        run(instance, block->end_epoch_block, block);
    notify(LL_ATON_RT_Callbacktype_POST_END, instance, block);
    state->current_epoch_block = block + 1;
    return finish_or_go_on(state);
}

void LL_ATON_RT_Main(NN_Instance_TypeDef *instance)
{
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(instance);
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    LL_ATON_RT_DeInit_Network(instance);
    LL_ATON_RT_RuntimeDeInit();
}
