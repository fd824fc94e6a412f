# SPDX-License-Identifier: Apache-2.0
"""Runs before SConstruct: what to do when Ingot's Python packages are not installed for this scons."""

import importlib.util
import sys

if missing := [
    name for name in ("yaml", "jsonschema", "jinja2", "numpy", "tflite") if not importlib.util.find_spec(name)
]:
    print(f"ingot: Python packages are missing: {', '.join(missing)}\n  Run ./bootstrap scons ...", file=sys.stderr)
    sys.exit(2)
