/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor_loop.h"

#include <string.h>

#include "app_config.h"
#include "answer.h"
#include "ingot_runtime.h"
#include "network_buffers.h"
#include "sensor_input.h"
#include "sensors.h"

#ifndef INGOT_SENSOR_INPUT
#error "nothing tells how samples become the input: state postprocessing: type: human_activity (without gravity_removed) or anomaly"
#endif
#ifndef INGOT_SENSOR_STRIDE
#define INGOT_SENSOR_STRIDE (INGOT_SENSOR_SAMPLES / 2)
#endif

#define MOST 20 /* answers a window */

LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(network)

static const ingot_sensor_definition definition = INGOT_SENSOR_INPUT;
static float window[INGOT_SENSOR_SAMPLES][INGOT_SENSOR_AXES];

static void say(NN_Instance_TypeDef *instance, uint32_t first)
{
    static ingot_answer found[MOST];
    const LL_Buffer_InfoTypeDef *outputs = LL_ATON_Output_Buffers_Info(instance);
    if (!ingot_sensor_fill(&definition, LL_ATON_Input_Buffers_Info(instance), window[0]))
        ingot_stop("app_config.h and network.c differ in the size of the input");
    ingot_answers_keep(LL_ATON_Input_Buffers_Info(instance));
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    ingot_print("sample ");
    ingot_print_unsigned(first);
    ingot_print(": ");
    ingot_answers_print(outputs, found, ingot_answers(outputs, found, MOST));
    LL_ATON_RT_Reset_Network(instance);
}

int ingot_sensor_loop(void)
{
    const uint32_t last = INGOT_SENSOR_SAMPLES - 1;
    NN_Instance_TypeDef *instance = &NN_Instance_network;
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(instance);
    ingot_provide_buffers(instance);
    if (!sensors_open(INGOT_SENSOR_AXES))
        return 1;
    for (uint32_t sample = 0; sensors_next(window[last], INGOT_SENSOR_AXES); sample++) {
        if (sample >= last && (sample - last) % INGOT_SENSOR_STRIDE == 0)
            say(instance, sample - last);
        memmove(window[0], window[1], last * sizeof window[0]);
    }
    return 0;
}
