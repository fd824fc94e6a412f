/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers for a network whose model.yaml leaves them to the application (io.placement: application, io.input or
 * io.output: rows); nothing to do for any other. */
#ifndef INGOT_NETWORK_BUFFERS_H
#define INGOT_NETWORK_BUFFERS_H

#include "ingot_runtime.h"
#include "ll_aton_runtime.h"
#include "network.h"

#if NETWORK_USER_BUFFERS
#define INGOT_BUFFER(name, size) static uint8_t name[size] __attribute__((aligned(32)))
#define INGOT_GIVE(kind, number, name)                                                                                 \
    if (LL_ATON_Set_User_##kind##_Buffer(instance, number, name, sizeof name) != LL_ATON_User_IO_NOERROR)              \
    ingot_stop("the network refused the application's buffers")
#endif

/* Gives the network one input and up to four outputs. */
static inline void ingot_provide_buffers(const NN_Instance_TypeDef *instance)
{
#if NETWORK_USER_BUFFERS
#if NETWORK_IN_NUM > 1 || NETWORK_OUT_NUM > 4
#error "give the network its buffers here (LL_ATON_Set_User_Input_Buffer, LL_ATON_Set_User_Output_Buffer)"
#endif
#if NETWORK_USER_INPUTS
    INGOT_BUFFER(input, NETWORK_IN_1_SIZE_BYTES);
    INGOT_GIVE(Input, 0, input);
#endif
#if NETWORK_USER_OUTPUTS
    INGOT_BUFFER(output_1, NETWORK_OUT_1_SIZE_BYTES);
    INGOT_GIVE(Output, 0, output_1);
#if NETWORK_OUT_NUM > 1
    INGOT_BUFFER(output_2, NETWORK_OUT_2_SIZE_BYTES);
    INGOT_GIVE(Output, 1, output_2);
#endif
#if NETWORK_OUT_NUM > 2
    INGOT_BUFFER(output_3, NETWORK_OUT_3_SIZE_BYTES);
    INGOT_GIVE(Output, 2, output_3);
#endif
#if NETWORK_OUT_NUM > 3
    INGOT_BUFFER(output_4, NETWORK_OUT_4_SIZE_BYTES);
    INGOT_GIVE(Output, 3, output_4);
#endif
#endif
#else
    (void)instance;
#endif
}

#endif
