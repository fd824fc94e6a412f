/* No line to a host: a project puts its own functions in place of these. */
#include "port.h"

__attribute__((weak)) bool port_open(void)
{
    return false;
}

__attribute__((weak)) uint8_t port_get(void)
{
    return 0;
}

__attribute__((weak)) void port_put(uint8_t byte)
{
    (void)byte;
}

__attribute__((weak)) bool port_close(void)
{
    return false; /* the next session may come */
}
