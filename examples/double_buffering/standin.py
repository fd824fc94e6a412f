# SPDX-License-Identifier: 0BSD
"""The stand-in is MoveNet's: code runs from the model.yaml's own folder only, so this file asks for it."""

import importlib.util
import sys
from pathlib import Path

_SCRIPT = Path(__file__).resolve().parents[2] / "models" / "movenet" / "standin.py"
_spec = importlib.util.spec_from_file_location("ingot_movenet_stand_in", _SCRIPT)
assert _spec is not None and _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _module
_spec.loader.exec_module(_module)
globals().update({name: value for name, value in vars(_module).items() if not name.startswith("__")})
