/* SPDX-License-Identifier: Apache-2.0 */
/* This application has no commands. */
#include "serve.h"

int32_t served_command(const char *line)
{
    (void)line;
    return SERVED_NO_COMMANDS;
}
