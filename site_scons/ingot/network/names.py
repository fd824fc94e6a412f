# SPDX-License-Identifier: Apache-2.0
"""Names of tensors that fit: frameworks join the names of everything that was fused, with whole paths."""

from __future__ import annotations

import re

#: What TensorFlow puts behind a layer's name where a tensor is called after the reading of its weights.
_READING = re.compile(r"/ReadVariableOp(_\d+)?(/resource\d*)?$")
#: What litert-torch puts behind all: a number, as in `a/torch.nn.modules.conv.Conv2d_0;1`.
_COUNT = re.compile(r";+\d+$")
#: Where PyTorch defines a class: `torch.nn.modules.conv.` of `torch.nn.modules.conv.Conv2d_0`.
_MODULES = re.compile(r"^(litert_)?torch(\.\w+)*\.(?=\w)")


def short_name(name: str) -> str:
    """The last two parts of the last path: `a/b/c;a/d/e` is `d/e`, and so is `a/d/e/ReadVariableOp/resource1`."""
    last = _COUNT.sub("", name).split(";")[-1].strip("/")
    parts = _READING.sub("", last).split("/")[-2:]
    return "/".join(_MODULES.sub("", part) for part in parts) or name
