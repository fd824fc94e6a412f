/* SPDX-License-Identifier: Apache-2.0 */
/* This application has no commands. */
#include "serve.h"

int32_t served_command(const char *line, char *said, uint32_t room, uint32_t *length)
{
    (void)line;
    (void)said;
    (void)room;
    *length = 0;
    return SERVED_NO_COMMANDS;
}
