# SPDX-License-Identifier: Apache-2.0
"""The SCons tool "ingot": see ingot.shells.scons.

SCons enters a tool's module as sys.modules["ingot"], where the package belongs, for every environment anew; the package
goes back there first, with the modules of it that were imported before.
"""

import importlib
import sys
from typing import Any

if getattr(sys.modules.get("ingot"), "__path__", None) is None:
    sys.modules.pop("ingot", None)
    here, sys.path = sys.path, [folder for folder in sys.path if not folder.endswith("site_tools")]
    package = importlib.import_module("ingot")
    sys.path = here
    for name, module in list(sys.modules.items()):
        above, _, own = name.rpartition(".")
        if above == "ingot":
            setattr(package, own, module)


def generate(env: Any, **options: Any) -> None:
    """Adds Ingot's methods to the environment."""
    from ingot.site_tools import tool

    tool(env)


def exists(env: Any) -> bool:
    """Always usable: what is missing is reported by the step that needs it."""
    return True
