/* Runs the network on every sample that the transport brings, and says what it cost. Where a host talks over a serial
 * line (port.h), it is served instead (serve.h).
 *
 * Lines on the console, for people and for ingot/run/twin.py:
 *     validate: network <name>, unit <instructions|cycles>
 *     init: <cost of the initialisation, with the check of the weights>
 *     sample <number>: <cost of the inference>
 *     epoch <number, from 1>: <cost in the last sample>
 *     stack: <bytes used> of <bytes>
 *     validate: done, <number of samples> samples
 */
#include "counter.h"
#include "ingot_runtime.h"
#include "io_buffers.h"
#include "ll_aton_runtime.h"
#include "port.h"
#include "serve.h"
#include "served_instance.h"
#include "stack.h"
#include "transport.h"

#ifndef INGOT_NETWORK
#define INGOT_NETWORK network
#endif
#define DECLARE(name) LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(name)
#define INSTANCE_OF(name) NN_Instance_##name
#define INSTANCE(name) INSTANCE_OF(name)

DECLARE(INGOT_NETWORK)

#define EPOCHS 1024u

static uint32_t epoch_cost[EPOCHS];
static unsigned epochs;
static uint64_t epoch_started;
static uint64_t init_cost;

/* Called by the runtime around every epoch block. */
static void on_epoch(LL_ATON_RT_Callbacktype_t event, const NN_Instance_TypeDef *instance,
                     const EpochBlock_ItemTypeDef *block)
{
    (void)instance;
    (void)block;
    if (event == LL_ATON_RT_Callbacktype_PRE_START)
        epoch_started = ingot_counter_read();
    if (event == LL_ATON_RT_Callbacktype_POST_END && epochs < EPOCHS)
        epoch_cost[epochs++] = (uint32_t)(ingot_counter_read() - epoch_started);
}

static void print_cost(const char *label, unsigned number, uint64_t cost)
{
    ingot_print(label);
    ingot_print_unsigned(number);
    ingot_print(": ");
    ingot_print_unsigned64(cost);
    ingot_print("\n");
}

static uint64_t infer(NN_Instance_TypeDef *instance)
{
    epochs = 0;
    uint64_t start = ingot_counter_read();
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    uint64_t cost = ingot_counter_read() - start;
    LL_ATON_RT_Reset_Network(instance);
    return cost;
}

NN_Instance_TypeDef *served_instance(void)
{
    return &INSTANCE(INGOT_NETWORK);
}

const char *served_unit(void)
{
    return ingot_counter_unit;
}

uint64_t served_init_cost(void)
{
    return init_cost;
}

uint64_t served_run(void)
{
    return infer(served_instance());
}

uint32_t served_epochs(void)
{
    return epochs;
}

uint32_t served_epoch_cost(uint32_t epoch)
{
    return epoch_cost[epoch];
}

static bool receive(const LL_Buffer_InfoTypeDef *buffer)
{
    for (; buffer->name; buffer++)
        if (!transport_read(LL_Buffer_addr_start(buffer), LL_Buffer_len(buffer)))
            return false;
    return true;
}

static bool deliver(const LL_Buffer_InfoTypeDef *buffer)
{
    for (; buffer->name; buffer++)
        if (!transport_write(LL_Buffer_addr_start(buffer), LL_Buffer_len(buffer)))
            return false;
    return true;
}

int main(void)
{
    NN_Instance_TypeDef *instance = served_instance();
    unsigned samples = 0;
    ingot_stack_paint();
    ingot_counter_start();
    ingot_print("validate: network ");
    ingot_print(instance->network->network_name);
    ingot_print(", unit ");
    ingot_print(ingot_counter_unit);
    ingot_print("\n");

    uint64_t start = ingot_counter_read();
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_SetEpochCallback(on_epoch, instance);
    LL_ATON_RT_Init_Network(instance);
    init_cost = ingot_counter_read() - start;
    ingot_print("init: ");
    ingot_print_unsigned64(init_cost);
    ingot_print("\n");
    io_buffers_allocate(instance);

    if (port_open()) {
        while (serve(port_get(), port_put) || !port_close()) {
        }
        return 0;
    }
    if (!transport_open())
        return 1;
    while (transport_next_sample()) {
        if (!receive(LL_ATON_Input_Buffers_Info(instance)))
            return 1;
        uint64_t cost = infer(instance);
        if (!deliver(LL_ATON_Output_Buffers_Info(instance)))
            return 1;
        print_cost("sample ", samples++, cost);
    }
    transport_close();
    for (unsigned i = 0; i < epochs; i++)
        print_cost("epoch ", i + 1, epoch_cost[i]);
    ingot_print("stack: ");
    ingot_print_unsigned(ingot_stack_used());
    ingot_print(" of ");
    ingot_print_unsigned(ingot_stack_size());
    ingot_print("\nvalidate: done, ");
    ingot_print_unsigned(samples);
    ingot_print(" samples\n");
    return 0;
}
