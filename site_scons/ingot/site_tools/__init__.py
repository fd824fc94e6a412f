# SPDX-License-Identifier: Apache-2.0
"""Ingot in an SConstruct: toolpath=[PyPackageDir("ingot.site_tools")], or `tools=[tool]` with the `tool` of here."""

from typing import Any


def tool(env: Any) -> None:
    """Adds Ingot's methods to the environment: IngotModel, IngotProgram, IngotToolchain. See docs/scons.md."""
    from ingot.shells.scons import tool as add_methods

    add_methods(env)
