/* SPDX-License-Identifier: Apache-2.0 */
/* No connection to a host: a project puts its own file in place of this one. */
#include "transport.h"

#include "ingot_runtime.h"

bool transport_open(void)
{
    ingot_print("validate: this board has no transport; define the functions of transport.h\n");
    return false;
}

bool transport_next_sample(void)
{
    return false;
}

bool transport_read(void *to, uint32_t n)
{
    (void)to;
    (void)n;
    return false;
}

bool transport_write(const void *from, uint32_t n)
{
    (void)from;
    (void)n;
    return false;
}

void transport_close(void)
{
}
