/* SPDX-License-Identifier: Apache-2.0 */
/* A network in one C or C++ file of an application, by plain functions:
 *
 *     #include "ingot_network.h"
 *     #include "network.h"
 *     INGOT_NETWORK(network)
 *
 *     network_init();                      once: checks the weights, and stops with a message where they are others
 *     fill(network_input(0), network_input_bytes(0));
 *     network_run();                       or network_step() until it is false, with other work in between
 *     read(network_output(0));
 *
 * Numbers are from 0. NETWORK_IN_1_TYPE, _SHAPE, _SIZE, ... of network.h say the same at compile time, from 1. Scales and
 * zero points are in the weights, so that a retrained model compiles nothing: they are functions. */
#ifndef INGOT_NETWORK_H
#define INGOT_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "ll_aton_runtime.h"

static inline float ingot_buffer_scale(const LL_Buffer_InfoTypeDef *buffer)
{
    return buffer->scale ? buffer->scale[0] : 0.0f;
}

static inline int32_t ingot_buffer_zero_point(const LL_Buffer_InfoTypeDef *buffer)
{
    return buffer->scale && buffer->offset ? buffer->offset[0] : 0;
}

/* Runs one epoch of an instance. False when the inference is complete; the next call then begins another one. */
static inline bool ingot_network_step(NN_Instance_TypeDef *instance)
{
    const LL_ATON_RT_RetValues_t result = LL_ATON_RT_RunEpochBlock(instance);
    if (result == LL_ATON_RT_WFE)
        LL_ATON_OSAL_WFE();
    if (result != LL_ATON_RT_DONE)
        return true;
    LL_ATON_RT_Reset_Network(instance);
    return false;
}

/* <name>_<side>(number): the first byte; _bytes: how many; _scale (0 without quantization) and _zero_point; with
 * io.placement: application, _set_<side> gives the network a buffer, aligned to 32, before the first inference. */
#define INGOT_NETWORK_SIDE(name, side, Side)                                                                     \
    static inline const LL_Buffer_InfoTypeDef *name##_##side##_info(uint32_t number)                             \
    {                                                                                                            \
        return LL_ATON_##Side##_Buffers_Info_##name() + number;                                                  \
    }                                                                                                            \
    static inline void *name##_##side(uint32_t number)                                                           \
    {                                                                                                            \
        return LL_Buffer_addr_start(name##_##side##_info(number));                                               \
    }                                                                                                            \
    static inline uint32_t name##_##side##_bytes(uint32_t number)                                                \
    {                                                                                                            \
        return LL_Buffer_len(name##_##side##_info(number));                                                      \
    }                                                                                                            \
    static inline float name##_##side##_scale(uint32_t number)                                                   \
    {                                                                                                            \
        return ingot_buffer_scale(name##_##side##_info(number));                                                 \
    }                                                                                                            \
    static inline int32_t name##_##side##_zero_point(uint32_t number)                                            \
    {                                                                                                            \
        return ingot_buffer_zero_point(name##_##side##_info(number));                                            \
    }                                                                                                            \
    static inline bool name##_set_##side(uint32_t number, void *buffer, uint32_t size)                           \
    {                                                                                                            \
        return LL_ATON_Set_User_##Side##_Buffer_##name(number, buffer, size) == LL_ATON_User_IO_NOERROR;         \
    }

/* All functions of a network. For one file of the program: the instance is in it. */
#define INGOT_NETWORK(name)                                                                                      \
    LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(name)                                                        \
    INGOT_NETWORK_SIDE(name, input, Input)                                                                       \
    INGOT_NETWORK_SIDE(name, output, Output)                                                                     \
    static inline void name##_init(void)                                                                         \
    {                                                                                                            \
        LL_ATON_RT_RuntimeInit();                                                                                \
        LL_ATON_RT_Init_Network(&NN_Instance_##name);                                                            \
    }                                                                                                            \
    static inline bool name##_step(void)                                                                         \
    {                                                                                                            \
        return ingot_network_step(&NN_Instance_##name);                                                          \
    }                                                                                                            \
    static inline void name##_run(void)                                                                          \
    {                                                                                                            \
        while (name##_step()) {                                                                                  \
        }                                                                                                        \
    }

#endif
