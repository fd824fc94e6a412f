# SPDX-License-Identifier: Apache-2.0
"""What a build asks of ST Edge AI."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """What the model.yaml asks of the tool (section `stedgeai`), and the kind of network wanted.

    *_data_type: "uint8", "int8", "float32" or "" for the model's own. *_ch_position: "chlast", "chfirst" or "".
    options: of the profile, None for the defaults. split_weights: of the H7 command.
    """

    input_data_type: str = ""
    output_data_type: str = ""
    inputs_ch_position: str = ""
    outputs_ch_position: str = ""
    options: str | None = None
    split_weights: bool = False
    reloc: bool = False
