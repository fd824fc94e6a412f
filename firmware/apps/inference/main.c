/* SPDX-License-Identifier: Apache-2.0 */
/* One inference and nothing else: less the empty application, it is the code of the network, its kernels and the
 * runtime. */
#include "ll_aton_runtime.h"

LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(network)

int main(void)
{
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(&NN_Instance_network);
    while (LL_ATON_RT_RunEpochBlock(&NN_Instance_network) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    return 0;
}
