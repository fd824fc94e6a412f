#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: 1e-3 in a YAML file of settings is the number 0.001, as in JSON, C and Python.
# What happens: for PyYAML (YAML 1.1) a number with an exponent has a point before it and a sign behind the e: 1e-3 and 1.0e3
# are text. A factor written so is compared, multiplied or formatted as text. A reader of YAML 1.2 takes the same file as meant.
# Seen with: PyYAML 6.0.3, ruamel.yaml 0.19.1
set -eu
. "$(dirname "$0")/common"
packages pyyaml==6.0.3 ruamel.yaml==0.19.1
python - <<'PYTHON' | recorded "              PyYAML   ruamel.yaml
scale: 1e-3   '1e-3'   0.001
scale: 1.0e-3 0.001    0.001
scale: 1.0e3  '1.0e3'  1000.0
scale: 1.0e+3 1000.0   1000.0"
import yaml
from ruamel.yaml import YAML

print("              PyYAML   ruamel.yaml")
for text in ("1e-3", "1.0e-3", "1.0e3", "1.0e+3"):
    line = f"scale: {text}"
    first, second = yaml.safe_load(line)["scale"], YAML(typ="safe").load(line)["scale"]
    print(f"{line:13} {first!r:8} {second!r}")
PYTHON
