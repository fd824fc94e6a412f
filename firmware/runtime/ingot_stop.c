/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_runtime.h"

#if !defined(__arm__)
#include <stdlib.h>
#endif

__attribute__((weak)) _Noreturn void ingot_exit(int status)
{
#if defined(__arm__)
    (void)status;
    for (;;)
        __asm volatile("wfi");
#else
    exit(ingot_process_status(status));
#endif
}

_Noreturn void ingot_stop(const char *reason)
{
    ingot_print("ingot: stopped: ");
    ingot_print(reason);
    ingot_print("\n");
    ingot_exit(1);
}
