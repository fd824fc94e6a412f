/* SPDX-License-Identifier: 0BSD */
/* Two networks, one after the other, from inside somebody's own program. They never run at the same time, so that their
 * activations may lie in the same memory: what one of them found has to be taken before the other one runs.
 */
#include <string.h>

#include "classify.h"
#include "detect.h"
#include "ingot_networks.h"
#include "ingot_runtime.h"
#include "ll_aton_runtime.h"

#define DECLARE(name) LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(name)
INGOT_NETWORKS(DECLARE)

static uint8_t found[DETECT_OUT_1_SIZE_BYTES];

static void infer(NN_Instance_TypeDef *instance)
{
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE) {
    }
    LL_ATON_RT_Reset_Network(instance);
}

int main(void)
{
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(&NN_Instance_detect);
    LL_ATON_RT_Init_Network(&NN_Instance_classify);
    infer(&NN_Instance_detect);
    memcpy(found, LL_Buffer_addr_start(LL_ATON_Output_Buffers_Info(&NN_Instance_detect)), sizeof found);
    infer(&NN_Instance_classify);
    return 0;
}
