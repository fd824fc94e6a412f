# SPDX-License-Identifier: Apache-2.0
"""What of Ingot's runtime ST's takes the place of. Light to import: every build asks."""

#: The file is called the same in ST's packs.
RUNTIME = "ll_aton_runtime.c"

#: Console, stop, start-up and the CRC-32 (ingot_initializer.c), which applications call, stay.
REPLACED = (RUNTIME,)
