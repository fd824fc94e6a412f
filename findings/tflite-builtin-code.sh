#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: tflite's OperatorCode.BuiltinCode() returns the field builtin_code.
# What happens: below 127 it returns the field deprecated_builtin_code, which a writer need not set. An operator whose
# code is MUL in builtin_code alone reads as 0, which is ADD. LiteRT takes the larger of the two.
# Seen with: tflite 2.18.0
set -eu
. "$(dirname "$0")/common"
packages tflite==2.18.0 flatbuffers==25.12.19
python - <<'PYTHON' | recorded 'written: 18 MUL
BuiltinCode() returns 0'
import flatbuffers
import tflite

builder = flatbuffers.Builder()
tflite.OperatorCodeStart(builder)
tflite.OperatorCodeAddBuiltinCode(builder, tflite.BuiltinOperator.MUL)
builder.Finish(tflite.OperatorCodeEnd(builder))
code = tflite.OperatorCode.GetRootAs(builder.Output())
print("written:", tflite.BuiltinOperator.MUL, "MUL")
print("BuiltinCode() returns", code.BuiltinCode())
PYTHON
