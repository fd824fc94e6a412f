/* SPDX-License-Identifier: Apache-2.0 */
/* Runs networks that come as relocatable images: a new image in the flash slot replaces the old one, the firmware stays.
 *
 * Commands, one a line; numbers decimal or 0x...; `exec` and `exec+8` are in this firmware's own RAM for images,
 * which has `all` bytes:
 *     info <image>                            prints what the image needs
 *     install <n> <image> <bytes> <params> <bytes> <exec> <bytes> <ext> <bytes> <mode>
 *                                             n: one of four instances; 0 bytes of a file: not known; the params
 *                                             are those of the second file, for an image that has none itself
 *     run <n> <times>                         inputs in, inference, outputs out
 *     both <n> <m>                            one inference of each, epoch by epoch in turns
 *     uninstall <n>
 *     reset                                   uninstalls all, forgets the regions
 *     max_speed                               the highest clock, through ingot_board_max_speed()
 * With INGOT_DEVELOPMENT, which application.json defines, also what nobody shall be able to say to a product; a banner says
 * so. Without it the policy is what this file has:
 *     region <start> <bytes> <use>            where networks may be: INGOT_RELOC_MAY_... (before the first install)
 *     policy <ask>                            INGOT_RELOC_ASK_...
 *     key <64 hexadecimal digits> <revoked>   a public key that may sign images
 *     copy <to> <from> <bytes>                what flashing does on a board
 * Where a host talks over a serial line (serial.h), it gives the commands and runs instance 0 by the requests of
 * apps/validate/serve.h; else they come from host.h.
 * A refused image is reported, not an error of this firmware; any other failure ends it with status 1.
 */
#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "host.h"
#include "ingot_reloc.h"
#include "ingot_runtime.h"
#include "ll_aton_runtime.h"
#include "serial.h"
#include "serve.h"
#include "served_instance.h"
#include "stack.h"

#ifndef INGOT_EXEC_RAM
#define INGOT_EXEC_RAM (64u * 1024u)
#endif

#define INSTANCES 4u
#define REGIONS 16u
#define KEYS 4u

#ifndef INGOT_DEVELOPMENT
#define INGOT_DEVELOPMENT 0
#endif

/* The heap of the linker script, for inputs and outputs that a network leaves to its application. */
extern uint8_t _sheap[], _eheap[];

static uint8_t exec_ram[INGOT_EXEC_RAM] __attribute__((aligned(32)));
static NN_Instance_TypeDef instances[INSTANCES];
static ingot_reloc_region regions[REGIONS];
static ingot_reloc_key keys[KEYS];
static ingot_reloc_policy policy = {.regions = regions, .keys = keys};
static uint8_t *next_free = _sheap;
static uint64_t install_cost; /* of the last one */

static uint32_t number(char **words)
{
    while (**words == ' ')
        ++*words;
    if (strncmp(*words, "all", 3) == 0) {
        *words += 3;
        return sizeof exec_ram;
    }
    if (strncmp(*words, "exec", 4) == 0) {
        *words += 4;
        uint32_t more = **words == '+' ? (uint32_t)strtoul(*words + 1, words, 0) : 0;
        return (uint32_t)(uintptr_t)exec_ram + more;
    }
    return (uint32_t)strtoul(*words, words, 0);
}

static NN_Instance_TypeDef *instance_of(char **words)
{
    uint32_t n = number(words);
    return n < INSTANCES ? &instances[n] : NULL;
}

/* For ll_aton_reloc_get_info and ll_aton_reloc_log_info. */
const ingot_reloc_policy *ingot_reloc_policy_of(uintptr_t file)
{
    (void)file;
    return &policy;
}

static bool allocate(NN_Instance_TypeDef *instance, const LL_Buffer_InfoTypeDef *buffer,
                     LL_ATON_User_IO_Result_t (*set)(const NN_Instance_TypeDef *, uint32_t, void *, uint32_t))
{
    for (uint32_t n = 0; buffer[n].name; n++) {
        if (!buffer[n].is_user_allocated)
            continue;
        uint32_t size = buffer[n].offset_end;
        uintptr_t start = ((uintptr_t)next_free + 31) & ~(uintptr_t)31;
        if (start + size > (uintptr_t)_eheap || set(instance, n, (void *)start, size) != LL_ATON_User_IO_NOERROR)
            return false;
        next_free = (uint8_t *)start + size;
    }
    return true;
}

static bool install(char *words)
{
    NN_Instance_TypeDef *instance = instance_of(&words);
    uintptr_t image = number(&words);
    ll_aton_reloc_config config = {0};
    policy.image_size = number(&words);
    config.ext_param_addr = number(&words);
    policy.params_size = number(&words);
    config.exec_ram_addr = number(&words);
    config.exec_ram_size = number(&words);
    config.ext_ram_addr = number(&words);
    config.ext_ram_size = number(&words);
    config.mode = number(&words);
    ll_aton_reloc_info info;
    if (ll_aton_reloc_get_info(image, &info) == 0 && info.params_off)
        config.ext_param_addr = 0;
    if (!instance)
        return false;
    uint64_t start = ingot_counter_read();
    int status = ingot_reloc_install(image, &config, &policy, instance);
    uint64_t cost = ingot_counter_read() - start;
    if (status) {
        ingot_print("refused ");
        ingot_print_unsigned((uint32_t)-status);
        ingot_print(": ");
        ingot_print(ingot_reloc_text(status));
        ingot_print("\n");
        return true;
    }
    LL_ATON_RT_Init_Network(instance);
    install_cost = cost;
    ingot_print("installed ");
    ingot_print(instance->network->network_name);
    ingot_print(": ");
    ingot_print_unsigned64(cost);
    ingot_print("\n");
    return allocate(instance, ll_aton_reloc_get_input_buffers_info(instance, -1), ll_aton_reloc_set_input) &&
           allocate(instance, ll_aton_reloc_get_output_buffers_info(instance, -1), ll_aton_reloc_set_output);
}

static bool receive(const NN_Instance_TypeDef *instance)
{
    const LL_Buffer_InfoTypeDef *buffer = ll_aton_reloc_get_input_buffers_info(instance, -1);
    for (; buffer->name; buffer++)
        if (!host_read(LL_Buffer_addr_start(buffer), LL_Buffer_len(buffer)))
            return false;
    return true;
}

static bool deliver(const NN_Instance_TypeDef *instance)
{
    const LL_Buffer_InfoTypeDef *buffer = ll_aton_reloc_get_output_buffers_info(instance, -1);
    for (; buffer->name; buffer++)
        if (!host_write(LL_Buffer_addr_start(buffer), LL_Buffer_len(buffer)))
            return false;
    return true;
}

static bool run(NN_Instance_TypeDef *instance)
{
    if (!receive(instance))
        return false;
    uint64_t start = ingot_counter_read();
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    uint64_t cost = ingot_counter_read() - start;
    LL_ATON_RT_Reset_Network(instance);
    ingot_print("ran: ");
    ingot_print_unsigned64(cost);
    ingot_print("\n");
    return deliver(instance);
}

static bool run_both(NN_Instance_TypeDef *first, NN_Instance_TypeDef *second)
{
    if (!receive(first) || !receive(second))
        return false;
    bool first_runs = true, second_runs = true;
    while (first_runs || second_runs) {
        if (first_runs)
            first_runs = LL_ATON_RT_RunEpochBlock(first) != LL_ATON_RT_DONE;
        if (second_runs)
            second_runs = LL_ATON_RT_RunEpochBlock(second) != LL_ATON_RT_DONE;
    }
    LL_ATON_RT_Reset_Network(first);
    LL_ATON_RT_Reset_Network(second);
    ingot_print("ran both\n");
    return deliver(first) && deliver(second);
}

static bool uninstall(NN_Instance_TypeDef *instance)
{
    LL_ATON_RT_DeInit_Network(instance);
    return ingot_reloc_uninstall(instance) == INGOT_RELOC_OK;
}

/* As after the start, for the next host. */
static bool reset(void)
{
    bool all = true;
    for (unsigned n = 0; n < INSTANCES; n++)
        if (ll_aton_reloc_is_valid(&instances[n]))
            all = uninstall(&instances[n]) && all;
    policy.region_count = 1;
    policy.ask = 0;
    policy.key_count = 0;
    next_free = _sheap;
    return all;
}

/* Hook: raises the clock to the chip's highest. Whether it could. */
__attribute__((weak)) bool ingot_board_max_speed(void)
{
    return false;
}

#if INGOT_DEVELOPMENT
static bool add_region(char *words)
{
    if (policy.region_count == REGIONS)
        return false;
    ingot_reloc_region *region = &regions[policy.region_count++];
    region->start = number(&words);
    region->size = number(&words);
    region->use = number(&words);
    return true;
}

static bool add_key(char *words)
{
    if (policy.key_count == KEYS)
        return false;
    ingot_reloc_key *key = &keys[policy.key_count++];
    words += strspn(words, " ");
    for (unsigned i = 0; i < sizeof key->public_key; i++, words += 2) {
        char digits[3] = {words[0], words[0] ? words[1] : 0, 0}, *end;
        key->public_key[i] = (uint8_t)strtoul(digits, &end, 16);
        if (end != digits + 2)
            return false;
    }
    key->revoked = number(&words) != 0;
    return true;
}

/* Commands that move memory or widen the policy. done: whether the line was one of them. */
static bool execute_development(const char *line, uint32_t length, char *words, bool *done)
{
#define IS(word) (length == sizeof word - 1 && strncmp(line, word, length) == 0)
    *done = true;
    if (IS("region"))
        return add_region(words);
    if (IS("key"))
        return add_key(words);
    if (IS("policy")) {
        policy.ask = number(&words);
        return true;
    }
    if (IS("copy")) {
        uintptr_t to = number(&words), from = number(&words), n = number(&words);
        memmove((void *)to, (const void *)from, n);
        return true;
    }
    *done = false;
    return false;
#undef IS
}
#endif

static bool execute(char *line)
{
    char *words = line + strcspn(line, " ");
    uint32_t length = (uint32_t)(words - line);
#define IS(word) (length == sizeof word - 1 && strncmp(line, word, length) == 0)
#if INGOT_DEVELOPMENT
    bool done;
    bool succeeded = execute_development(line, length, words, &done);
    if (done)
        return succeeded;
#endif
    if (IS("info")) {
        ll_aton_reloc_log_info(number(&words));
        return true;
    }
    if (IS("install"))
        return install(words);
    if (IS("reset"))
        return reset();
    if (IS("max_speed"))
        return ingot_board_max_speed();
    NN_Instance_TypeDef *instance = instance_of(&words);
    if (!instance || !ll_aton_reloc_is_valid(instance))
        return false;
    if (IS("run")) {
        uint32_t times = number(&words);
        while (times && run(instance))
            times--;
        return times == 0;
    }
    if (IS("both")) {
        NN_Instance_TypeDef *other = instance_of(&words);
        return other && ll_aton_reloc_is_valid(other) && run_both(instance, other);
    }
    if (IS("uninstall"))
        return uninstall(instance);
    return false;
#undef IS
}

/* ---- What the serial line serves: instance 0, and commands whose words go to the host ---- */

int32_t served_command(const char *command)
{
    static char line[256];
    bool done = strlen(command) < sizeof line && execute(strcpy(line, command));
    return done ? 0 : 1;
}

NN_Instance_TypeDef *served_instance(void)
{
    return &instances[0];
}

const LL_Buffer_InfoTypeDef *served_inputs(void)
{
    return ll_aton_reloc_get_input_buffers_info(served_instance(), -1);
}

const LL_Buffer_InfoTypeDef *served_outputs(void)
{
    return ll_aton_reloc_get_output_buffers_info(served_instance(), -1);
}

const char *served_name(void)
{
    return ll_aton_reloc_is_valid(served_instance()) ? served_instance()->network->network_name : "";
}

uint64_t served_init_cost(void)
{
    return install_cost;
}

int main(void)
{
    static char line[256], shown[256];
    ingot_stack_paint();
    ingot_counter_start();
    LL_ATON_RT_RuntimeInit();
    regions[policy.region_count++] =
        (ingot_reloc_region){(uint32_t)(uintptr_t)exec_ram, sizeof exec_ram, INGOT_RELOC_MAY_EXECUTE};
#if INGOT_DEVELOPMENT
    ingot_print("model_host: a development build: its host may move memory and say what networks may do\n");
#endif
    if (ingot_serial_open(INGOT_BAUD))
        for (;;)
            serve(ingot_serial_get(), ingot_serial_put);
    if (!host_open())
        return 1;
    while (host_command(line, sizeof line)) {
        memcpy(shown, line, sizeof shown);
        if (!*line || execute(line))
            continue;
        ingot_print("model_host: failed: ");
        ingot_print(shown);
        ingot_print("\n");
        return 1;
    }
    host_close();
    ingot_print("model_host: done, stack ");
    ingot_print_unsigned(ingot_stack_used());
    ingot_print("\n");
    return 0;
}
