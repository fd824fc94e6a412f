#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a disassembler reports bytes that it cannot read, or goes on behind them.
# What happens: capstone's disasm() ends at the first instruction that it does not know, here a Helium load, as if the code
# ended there: no exception, no mark. Of four instructions it returns one.
# Seen with: capstone 5.0.9
set -eu
. "$(dirname "$0")/common"
packages capstone==5.0.9
# What the assembler makes of: nop; vldrw.u32 q0, [r0]; vmlav.s8 r2, q0, q1; bx lr
python - <<'PYTHON' | recorded 'bytes given: 12
read: nop
bytes read: 2'
import capstone

code = bytes.fromhex("00bf" "90ed001f" "f0ee022f" "7047")
print("bytes given:", len(code))
reader = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8)
found = list(reader.disasm(code, 0))
print("read:", *(item.mnemonic for item in found))
print("bytes read:", sum(item.size for item in found))
PYTHON
