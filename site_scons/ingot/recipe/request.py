# SPDX-License-Identifier: Apache-2.0
"""A request: which model, for which board, with which options. Every shell makes one from what its users write."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ingot.base.file_names import network_name
from ingot.recipe.options import Options, default_options


@dataclass(frozen=True)
class Request:
    """What a shell asks of the recipe.

    model, board: names, or paths. out: folder of what is built. name: C name of the network.
    twin: for the board's emulated twin. app: an application of firmware/apps or a folder, "" for the user's program.
    options: every option of ingot.recipe.options, with defaults where nothing was said.
    ccflags: further flags of every C file.
    launcher: what stands before the compiler's name when C is compiled, such as ccache.
    kernels: folder of the kernels' objects, which boards and models share. models: folder of model files that are
    downloaded or made. config: further folder with the headers of the application's settings, "" for none.
    stack, heap: bytes; None for the model.yaml's, else the board's.
    beside, in_turn: the descriptions (c_info) of the firmware's networks that are placed before this one: of those that
    may run at the same time, and of those that never do.
    """

    model: str
    board: str
    out: str
    name: str = "network"
    twin: bool = False
    app: str = ""
    options: Options = field(default_factory=default_options)
    ccflags: tuple[str, ...] = ()
    launcher: str = ""
    kernels: str = "build/kernels"
    models: str = "build/models"
    config: str = ""
    stack: int | None = None
    heap: int | None = None
    beside: tuple[str, ...] = ()
    in_turn: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        network_name(self.name, "name")

    def for_twin(self, app: str, infos: dict[str, str]) -> Request:
        """The same for the board's twin. infos: descriptions for the board -> for the twin, of networks before it."""
        return replace(
            self,
            twin=True,
            out=f"{self.out}/twin",
            app=app,
            config=self.out,
            beside=tuple(infos[path] for path in self.beside),
            in_turn=tuple(infos[path] for path in self.in_turn),
        )
