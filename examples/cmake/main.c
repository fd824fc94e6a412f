/* SPDX-License-Identifier: 0BSD */
/* One inference, from inside somebody's own program. */
#include "ingot_runtime.h"
#include "ll_aton_runtime.h"
#include "network.h"

LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(network)

int main(void)
{
    NN_Instance_TypeDef *instance = &NN_Instance_network;
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(instance);
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE) {
    }
    return 0;
}
