/* SPDX-License-Identifier: Apache-2.0 */
#include "inference.h"

#include "counter.h"
#include "serve.h"

#define EPOCHS 1024u

static uint32_t epoch_cost[EPOCHS];
static uint32_t epochs;
static uint64_t run_started, epoch_started;
static uint64_t telling; /* cost of progress reports in this run */

/* Called by the runtime around every epoch block. */
static void on_epoch(LL_ATON_RT_Callbacktype_t event, const NN_Instance_TypeDef *instance,
                     const EpochBlock_ItemTypeDef *block)
{
    (void)instance;
    (void)block;
    if (event == LL_ATON_RT_Callbacktype_PRE_START)
        epoch_started = ingot_counter_read();
    if (event != LL_ATON_RT_Callbacktype_POST_END)
        return;
    uint64_t now = ingot_counter_read();
    if (epochs < EPOCHS)
        epoch_cost[epochs++] = (uint32_t)(now - epoch_started);
    if (serve_progress(now - run_started - telling, epochs))
        telling += ingot_counter_read() - now;
}

uint64_t inference_run(NN_Instance_TypeDef *instance)
{
    LL_ATON_RT_SetEpochCallback(on_epoch, instance);
    epochs = 0;
    telling = 0;
    run_started = ingot_counter_read();
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    uint64_t cost = ingot_counter_read() - run_started - telling;
    LL_ATON_RT_Reset_Network(instance);
    return cost;
}

uint32_t inference_epochs(void)
{
    return epochs;
}

uint32_t inference_epoch_cost(uint32_t epoch)
{
    return epoch < epochs ? epoch_cost[epoch] : 0;
}
