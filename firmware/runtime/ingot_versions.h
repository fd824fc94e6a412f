/* SPDX-License-Identifier: Apache-2.0 */
/* Where runtimes of different versions differ (ST's 1.0.0 to 1.1.3, Ingot's own): network.c and Ingot's applications are
 * written once, for all of them.
 */
#ifndef INGOT_VERSIONS_H
#define INGOT_VERSIONS_H

/* Not with quotes: beside this file there are Ingot's, while the include path decides which are meant. */
#include <ll_aton_version.h>
#include <ll_aton_NN_interface.h>

#define INGOT_LL_ATON (LL_ATON_VERSION_MAJOR * 10000 + LL_ATON_VERSION_MINOR * 100 + LL_ATON_VERSION_MICRO)

#if INGOT_LL_ATON < 10000 || INGOT_LL_ATON > 10103
#warning "Ingot knows the LL_ATON interface from version 1.0.0 to 1.1.3 only"
#endif

/* An epoch's function, which takes its block, for the table of epochs. Between 1.1.3-8 and 1.1.3-262 the runtime began to
 * pass the instance as well, which a function of one argument leaves in its register. */
#define INGOT_EPOCH(function) ((EpochBlock_FuncPtr_t)(void (*)(void))(function))

#if INGOT_LL_ATON >= 10103

/* From 1.1.3 on a network says whether its weights or the epoch controller's programs are encrypted: neither is. */
#define INGOT_NO_ENCRYPTION(network)                                                      \
    const LL_Streng_EncryptionTypedef *LL_ATON_WeightEncryption_Info_##network(void);     \
    const LL_Streng_EncryptionTypedef *LL_ATON_WeightEncryption_Info_##network(void)      \
    {                                                                                     \
        static const LL_Streng_EncryptionTypedef none;                                    \
        return &none;                                                                     \
    }                                                                                     \
    const LL_Streng_EncryptionTypedef *LL_ATON_BlobEncryption_Info_##network(void);       \
    const LL_Streng_EncryptionTypedef *LL_ATON_BlobEncryption_Info_##network(void)        \
    {                                                                                     \
        static const LL_Streng_EncryptionTypedef none;                                    \
        return &none;                                                                     \
    }

#else

#define INGOT_NO_ENCRYPTION(network)

#endif

#if INGOT_LL_ATON < 10101

/* Before 1.1.1 there are no functions that ask an instance for its buffers. */
static inline const LL_Buffer_InfoTypeDef *LL_ATON_Input_Buffers_Info(const NN_Instance_TypeDef *instance)
{
    return instance->network->input_buffers_info();
}

static inline const LL_Buffer_InfoTypeDef *LL_ATON_Output_Buffers_Info(const NN_Instance_TypeDef *instance)
{
    return instance->network->output_buffers_info();
}

static inline LL_ATON_User_IO_Result_t LL_ATON_Set_User_Input_Buffer(const NN_Instance_TypeDef *instance,
                                                                     uint32_t number, void *buffer, uint32_t size)
{
    return instance->network->input_setter(number, buffer, size);
}

static inline LL_ATON_User_IO_Result_t LL_ATON_Set_User_Output_Buffer(const NN_Instance_TypeDef *instance,
                                                                      uint32_t number, void *buffer, uint32_t size)
{
    return instance->network->output_setter(number, buffer, size);
}

#endif

#endif
