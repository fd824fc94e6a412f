# SPDX-License-Identifier: Apache-2.0
"""What a rule finds, and what rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError

if TYPE_CHECKING:
    from ingot.board import Board, Mpool
    from ingot.model.model_file import ModelFile
    from ingot.network.types import Network
    from ingot.st.prebuilt.network_c import NetworkSource
    from ingot.st.prebuilt.output import StOutput
    from ingot.st.stedgeai.pack import Pack


@dataclass(frozen=True)
class Subject:
    """An output of ST's tools with everything it has to fit.

    source: what network.c says, None without one. document: ST's c_info, None without one. built: the description that
    network.c alone amounts to, of which the firmware is made; None where it is not there or says nothing about pools.
    model: the model's file, None when it is not there. pack: ST's runtime, None when none was given.
    camera: the network's input is an image from the camera. signature: whether the model's file is compared where no
    SHA-256 of it is recorded: with ST's signature, and with inputs, outputs, weights and name.
    """

    network: Network
    output: StOutput
    source: NetworkSource | None
    document: dict[str, object] | None
    built: Network | None
    board: Board
    mpool: Mpool
    model: ModelFile | None = None
    pack: Pack | None = None
    camera: bool = False
    signature: bool = True

    @property
    def main(self) -> str:
        """The name of network.c, which need not be there."""
        return f"{self.output.prefix}.c"


@dataclass(frozen=True)
class Finding:
    """Something that does not fit. rule: its short name. error: the build must not go on."""

    rule: str
    what: str
    where: str
    remedy: str
    error: bool = True

    def as_error(self) -> IngotError:
        return IngotError(f"{self.what} [{self.rule}]", where=self.where, remedy=self.remedy)

    def as_warning(self) -> str:
        return f"warning: {self.as_error()}"
