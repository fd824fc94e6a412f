# SPDX-License-Identifier: Apache-2.0
"""Ingot as a tool of any SConstruct. The only folder of the package that imports SCons.

    env = Environment(tools=["default", "ingot"], toolpath=[PyPackageDir("ingot.site_tools")])
    net = env.IngotModel("network", "model.tflite", board="n6dk")

or, without a toolpath, `from ingot.site_tools import tool` and `Environment(tools=["default", tool])`. See
docs/scons.md.
"""

from __future__ import annotations

from typing import Any


def tool(env: Any) -> None:
    """Adds Ingot's methods to the environment. Starts no process and changes nothing that is there."""
    from ingot.shells.scons.declare import add_builders
    from ingot.shells.scons.model import ingot_model
    from ingot.shells.scons.program import ingot_program, ingot_toolchain

    add_builders(env)
    env.AddMethod(ingot_model, "IngotModel")
    env.AddMethod(ingot_program, "IngotProgram")
    env.AddMethod(ingot_toolchain, "IngotToolchain")
