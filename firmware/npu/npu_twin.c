/* SPDX-License-Identifier: Apache-2.0 */
/* The NPU of the emulated twin: Ingot's simulator on the host, over two pipes.
 *
 * The firmware says which program is to run. The host then asks for memory and writes memory, as the NPU would, until
 * it says how the program ended. It knows nothing but what it reads here: the program itself is read from memory, too.
 * QEMU has no NPU: no cycles pass, and caches are not emulated.
 */
#include "ingot_npu.h"
#include "semihosting.h"

enum { END = 0, READ = 1, WRITE = 2 };

static semihosting_file to_host = -1, from_host = -1;

ingot_npu_result ingot_npu_start(void)
{
    if (from_host >= 0)
        return INGOT_NPU_OK;
    to_host = semihosting_open("npu_asked", true);
    if (to_host < 0)
        return INGOT_NPU_ABSENT;
    from_host = semihosting_open("npu_answered", false);
    return from_host < 0 ? INGOT_NPU_ABSENT : INGOT_NPU_OK;
}

/* A pipe hands out what is in it, which may be less than a message. */
static bool receive(void *to, uint32_t n)
{
    uint8_t *at = to;
    while (n) {
        uint32_t got = semihosting_read(from_host, at, n);
        if (!got)
            return false;
        at += got;
        n -= got;
    }
    return true;
}

ingot_npu_result ingot_npu_run(const void *blob)
{
    uint32_t address = (uint32_t)(uintptr_t)blob;
    if (ingot_npu_start() != INGOT_NPU_OK || !semihosting_write(to_host, &address, sizeof address))
        return INGOT_NPU_ABSENT;
    for (;;) {
        struct {
            uint32_t what, address, size;
        } message;
        if (!receive(&message, sizeof message))
            return INGOT_NPU_ABSENT;
        void *memory = (void *)(uintptr_t)message.address;
        if (message.what == READ) {
            if (!semihosting_write(to_host, memory, message.size))
                return INGOT_NPU_ABSENT;
        } else if (message.what == WRITE) {
            if (!receive(memory, message.size))
                return INGOT_NPU_ABSENT;
        } else {
            return message.what == END ? (ingot_npu_result)message.size : INGOT_NPU_ABSENT;
        }
    }
}

/* QEMU has no caches; of the CPU's, the commands do nothing there. */
ingot_npu_result ingot_npu_memory_changed(void)
{
    return INGOT_NPU_OK;
}
