# SPDX-License-Identifier: Apache-2.0
"""What every method that users call does around its work."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import SCons.Errors

from ingot.base.errors import IngotError
from ingot.shells.scons.paths import check_folders

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def user_call(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Runs a method in the top folder (SCons enters an SConscript's), and shows mistakes without a traceback."""

    @functools.wraps(function)
    def called(env: Any, *arguments: Any, **named: Any) -> Any:
        before = os.getcwd()
        os.chdir(env.fs.Top.get_abspath())
        try:
            check_folders(os.getcwd())
            return function(env, *arguments, **named)
        except IngotError as error:
            if env.get("INGOT_OWN"):  # Ingot's own SConstruct says it in Ingot's own way
                raise
            raise SCons.Errors.UserError(f"ingot: {error}") from None
        finally:
            os.chdir(before)

    return cast(Callable[Arguments, Result], called)
