/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the newest model that was confirmed, and takes newer ones over the serial line (ingot update send).
 *
 * At the start: which slot to run, its installation in place, the self-test of a model on trial, and its confirmation.
 * Then requests of apps/validate/serve.h: chunks of a package, inferences, and commands, one a line:
 *     report                what runs here, for `ingot update plan`
 *     start                 as after a reset
 *     cut <n>               the twin's flash loses its power at the n-th operation
 * Who may sign is in update_keys.inc, of `ingot image keys --c`, beside this file; without one everybody may, and the
 * first line says so.
 */
#include <string.h>

#include "counter.h"
#include "ingot_ed25519.h"
#include "ingot_package.h"
#include "ingot_reloc_check.h"
#include "ingot_runtime.h"
#include "ingot_self_test.h"
#include "ingot_sha256.h"
#include "ll_aton_runtime.h"
#include "reloc_places.h"
#include "serial.h"
#include "serve.h"
#include "served_instance.h"
#include "update_flash.h"

#ifndef INGOT_EXEC_RAM
#define INGOT_EXEC_RAM (64u * 1024u)
#endif

#if __has_include("update_keys.inc")
#define IS_OPEN 0
static const ingot_reloc_key keys[] = {
#include "update_keys.inc"
};
#define KEYS keys
#define KEY_COUNT (sizeof keys / sizeof *keys)
#else
#define IS_OPEN 1
#define KEYS NULL
#define KEY_COUNT 0u
#endif

static uint8_t exec_ram[INGOT_EXEC_RAM] __attribute__((aligned(32)));
static NN_Instance_TypeDef instance;
static ingot_reloc_region regions[] = {INGOT_RELOC_BOARD_REGIONS, {0, sizeof exec_ram, INGOT_RELOC_MAY_EXECUTE}};
static ingot_reloc_policy policy = {
    .ask = INGOT_RELOC_ASK_SEAL | INGOT_RELOC_ASK_SHA256 | (IS_OPEN ? 0 : INGOT_RELOC_ASK_SIGNATURE),
    .regions = regions,
    .region_count = sizeof regions / sizeof *regions,
    .board = INGOT_RELOC_BOARD_NAME,
    .keys = KEYS,
    .key_count = KEY_COUNT,
};
static uint32_t running, running_size; /* slot and bytes of its model */
static uint64_t install_cost;

static ingot_reloc_plan plan; /* of the model that was verified last */

static bool verify(void *context, uint32_t slot, uint32_t size)
{
    static const uint32_t start[2] = {INGOT_UPDATE_SLOT_A, INGOT_UPDATE_SLOT_B};
    (void)context;
    policy.image_size = size;
    return ingot_reloc_check_image(start[slot], &policy, &plan) == INGOT_RELOC_OK &&
           ingot_reloc_check_content(0, &policy, &plan) == INGOT_RELOC_OK && plan.whole == size;
}

static ingot_update update = {
    .places = {{INGOT_UPDATE_SLOT_A, INGOT_UPDATE_SLOT_B}, INGOT_UPDATE_SLOT_SIZE, {INGOT_UPDATE_RECORD_1, INGOT_UPDATE_RECORD_2}},
    .verify = verify,
};
static ingot_package package = {
    .update = &update,
    .board = INGOT_RELOC_BOARD_NAME,
    .keys = KEYS,
    .key_count = KEY_COUNT,
    .check = IS_OPEN ? NULL : ingot_ed25519_check,
};

static void say(const char *what, uint32_t value)
{
    ingot_print(what);
    ingot_print(" ");
    ingot_print_unsigned(value);
    ingot_print("\n");
}

static bool install(void)
{
    ll_aton_reloc_config config = {
        .exec_ram_addr = (uintptr_t)exec_ram,
        .exec_ram_size = sizeof exec_ram,
        .mode = AI_RELOC_RT_LOAD_MODE_XIP,
    };
    policy.image_size = running_size;
    uint64_t begin = ingot_counter_read();
    int status = ingot_reloc_install(update.places.slot[running], &config, &policy, &instance);
    install_cost = ingot_counter_read() - begin;
    if (status) {
        ingot_print(ingot_reloc_text(status));
        ingot_print("\n");
        return false;
    }
    LL_ATON_RT_Init_Network(&instance);
    return true;
}

static void uninstall(void)
{
    if (!ll_aton_reloc_is_valid(&instance))
        return;
    LL_ATON_RT_DeInit_Network(&instance);
    ingot_reloc_uninstall(&instance);
}

static bool infer(void *context)
{
    (void)context;
    while (LL_ATON_RT_RunEpochBlock(&instance) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    LL_ATON_RT_Reset_Network(&instance);
    return true;
}

/* A model on trial computes its golden outputs; one whose image has none runs once. One that hangs is stopped by the
 * watchdog, and the next start gives it up. ingot_update_boot verified it last: the plan is its. */
static int test_itself(void)
{
    if (plan.self_test)
        return ingot_self_test(plan.self_test, served_inputs(), served_outputs(), infer, NULL);
    return infer(NULL) ? INGOT_UPDATE_OK : INGOT_UPDATE_SELF_TEST;
}

static int start(void)
{
    bool trial;
    uninstall();
    int status = ingot_update_boot(&update, &running, &running_size, &trial);
    if (status)
        return status;
    int works = !install() ? INGOT_UPDATE_REFUSED : trial ? test_itself() : INGOT_UPDATE_OK;
    if (!trial)
        return works;
    status = works == INGOT_UPDATE_OK ? ingot_update_confirm(&update) : ingot_update_reject(&update, works);
    return works == INGOT_UPDATE_OK || status ? status : start();
}

static bool report(void)
{
    ingot_print("board " INGOT_RELOC_BOARD_NAME "\n");
    say("version", update.record.floor);
    say("slot_bytes", INGOT_UPDATE_SLOT_SIZE - 64);
    say("erases", update.record.erases);
    say("given_up", (uint32_t)-update.record.given_up);
    if (package.status == INGOT_UPDATE_OK && package.received >= INGOT_PACKAGE_HEADER) {
        say("received", package.received);
        ingot_print("package ");
        ingot_print_bytes(package.header.to_digest, sizeof package.header.to_digest);
        ingot_print("\n");
    }
    if (!ll_aton_reloc_is_valid(&instance)) {
        ingot_print("model none\n");
        return true;
    }
    const ingot_reloc_seal *seal = (const ingot_reloc_seal *)(uintptr_t)(update.places.slot[running] + running_size -
                                                                         sizeof(ingot_reloc_seal));
    if (memcmp(seal->magic, INGOT_SEAL_MAGIC, sizeof seal->magic) != 0)
        seal = (const ingot_reloc_seal *)((uintptr_t)seal - sizeof(ingot_reloc_signature));
    ingot_sha256 hash;
    uint8_t digest[32];
    ingot_sha256_start(&hash);
    ingot_sha256_add(&hash, (const void *)(uintptr_t)update.places.slot[running], running_size);
    ingot_sha256_end(&hash, digest);
    ingot_print("model ");
    ingot_print(instance.network->network_name);
    ingot_print("\nslot ");
    ingot_print(running ? "B\n" : "A\n");
    say("bytes", running_size);
    ingot_print("layout ");
    ingot_print_bytes(seal->layout, sizeof seal->layout);
    ingot_print("\nsha256 ");
    ingot_print_bytes(digest, sizeof digest);
    ingot_print("\n");
    return true;
}

/* ---- What the serial line serves ---- */

int32_t served_command(const char *line)
{
    int32_t status = 1;
    if (strcmp(line, "report") == 0)
        status = !report();
    else if (strcmp(line, "start") == 0)
        status = start();
    else
        status = !update_flash_command(line);
    return status;
}

int32_t served_update(uint32_t offset, const uint8_t *from, uint32_t n, uint32_t *received)
{
    if (offset == 0)
        ingot_package_start(&package);
    int32_t status = n ? ingot_package_chunk(&package, offset, from, n) : ingot_package_finish(&package);
    *received = ingot_package_received(&package);
    return status;
}

NN_Instance_TypeDef *served_instance(void)
{
    return &instance;
}

const LL_Buffer_InfoTypeDef *served_inputs(void)
{
    return ll_aton_reloc_is_valid(&instance) ? ll_aton_reloc_get_input_buffers_info(&instance, -1) : NULL;
}

const LL_Buffer_InfoTypeDef *served_outputs(void)
{
    return ll_aton_reloc_is_valid(&instance) ? ll_aton_reloc_get_output_buffers_info(&instance, -1) : NULL;
}

const char *served_name(void)
{
    return ll_aton_reloc_is_valid(&instance) ? instance.network->network_name : "";
}

uint64_t served_init_cost(void)
{
    return install_cost;
}

int main(void)
{
    ingot_counter_start();
    LL_ATON_RT_RuntimeInit();
    update.flash = update_flash;
    regions[sizeof regions / sizeof *regions - 1].start = (uint32_t)(uintptr_t)exec_ram;
#if IS_OPEN
    ingot_print("model_update: no update_keys.inc: packages of anybody are taken\n");
#endif
    int status = start();
    say("model_update: start", (uint32_t)-status);
    if (!ingot_serial_open(INGOT_BAUD))
        return status ? 1 : 0;
    for (;;)
        serve(ingot_serial_get(), ingot_serial_put);
}
