# SPDX-License-Identifier: Apache-2.0
"""Filling in the templates of toolchain/templates."""

from __future__ import annotations

import functools
from typing import Any

from ingot.base.places import templates_dir


def render(template: str, **values: Any) -> str:
    """The text of a template. A name the template uses and `values` lacks is a programming error (UndefinedError)."""
    text: str = _environment().get_template(template).render(**values)
    return text


@functools.cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(templates_dir()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
