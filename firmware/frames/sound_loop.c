/* SPDX-License-Identifier: Apache-2.0 */
#include "sound_loop.h"

#include <string.h>

#include "app_config.h"
#include "answer.h"
#include "ingot_runtime.h"
#include "network_buffers.h"
#include "sound_input.h"
#include "sounds.h"

#ifndef INGOT_SOUND_INPUT
#error "nothing tells how a sound becomes the input: state postprocessing: type, spectrogram in the model.yaml"
#endif
#ifndef INGOT_SOUND_STRIDE
#define INGOT_SOUND_STRIDE (INGOT_SOUND_COLUMNS / 2)
#endif

#define MOST 20 /* answers a window */
#define LONGEST 4096 /* samples of a column */

LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(network)

/* The first sample of a window, in 1/100 s. */
static void print_time(uint32_t sample)
{
    uint32_t hundredths = (uint32_t)((uint64_t)sample * 100 / ingot_sound.rate);
    ingot_print_unsigned(hundredths / 100);
    ingot_print(hundredths % 100 < 10 ? ".0" : ".");
    ingot_print_unsigned(hundredths % 100);
    ingot_print(" s: ");
}

static void listen(NN_Instance_TypeDef *instance, uint32_t first)
{
    static ingot_answer found[MOST];
    const LL_Buffer_InfoTypeDef *outputs = LL_ATON_Output_Buffers_Info(instance);
    if (!ingot_sound_fill(LL_ATON_Input_Buffers_Info(instance)))
        ingot_stop("app_config.h and network.c differ in the size of the input");
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    print_time(first);
    ingot_answers_print(outputs, found, ingot_answers(outputs, found, MOST));
    LL_ATON_RT_Reset_Network(instance);
}

int ingot_sound_loop(void)
{
    static int16_t samples[LONGEST];
    const uint32_t window = ingot_sound.window, hop = ingot_sound.hop;
    NN_Instance_TypeDef *instance = &NN_Instance_network;
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(instance);
    ingot_provide_buffers(instance);
    if (window > LONGEST || hop > window)
        ingot_stop("a column has more samples than this application takes, or leaves some out");
    if (!sounds_open(ingot_sound.rate) || !sounds_next(samples, window))
        return 1;
    for (uint32_t column = 1;; column++) {
        ingot_sound_push(samples);
        if (column >= ingot_sound.columns && (column - ingot_sound.columns) % INGOT_SOUND_STRIDE == 0)
            listen(instance, (column - ingot_sound.columns) * hop);
        memmove(samples, samples + hop, (window - hop) * sizeof samples[0]);
        if (!sounds_next(samples + window - hop, hop))
            return 0;
    }
}
