"""The networks of one firmware, one or several, for any shell: what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingot.recipe.parts import Parts, Request
from ingot.recipe.step import Files, Step
from ingot.several.pools import check_names


class Networks:
    """In the order in which they were placed. What is there once (runtime, script, check) goes by the first."""

    def __init__(self, members: Sequence[Parts]) -> None:
        check_names([parts.request.name for parts in members])
        self.members = tuple(members)
        self.first, self.others = self.members[0], self.members[1:]

    @property
    def infos(self) -> list[str]:
        return [parts.info for parts in self.members]

    @property
    def raws(self) -> list[str]:
        return [raw for parts in self.members for raw in parts.raws]

    @property
    def sources(self) -> list[str]:
        return [parts.source for parts in self.members]

    @property
    def headers(self) -> list[str]:
        """Generated headers that an application may include."""
        own = [parts.files[1] for parts in self.members]
        return [*own, self.first.path("ingot_networks.h")] if self.others else own

    @property
    def folders(self) -> list[str]:
        """For #include."""
        return list(dict.fromkeys([*self.first.folders, *(parts.request.out for parts in self.others)]))

    # ---- steps

    def linker_script(self, script: str = "") -> Step:
        step = self.first.linker_script()
        return replace(step, inputs=self._with_others(step), outputs={"script": script or self.first.script})

    def check(self, elf: str) -> Step:
        step = self.first.check(elf)
        return replace(step, inputs={**self._with_others(step), "raws": self.raws})

    def _with_others(self, step: Step) -> dict[str, Files]:
        return {**step.inputs, **({"others": [parts.info for parts in self.others]} if self.others else {})}

    def header(self) -> Step | None:
        """ingot_networks.h; there is none for a single network."""
        if not self.others:
            return None
        return Step("networks_header", {"c_infos": self.infos}, {"header": self.first.path("ingot_networks.h")})

    def verify(self, elf: str, models: Sequence[str]) -> Step:
        """Compares the twin's outputs with the reference's."""
        if not self.others:
            return self.first.verify(elf, models[0])
        files: dict[str, Files] = {
            "elf": elf,
            "c_infos": self.infos,
            "models": list(models),
            "board": self.first.board_file,
        }
        return Step("verify_together", files, {}, {"samples": 3, "seed": 1})

    # ---- the twin

    def twin(self) -> Networks:
        """The same networks for the board's emulated twin, with the application that verifies them."""
        app = "together" if self.others else "validate"
        infos: dict[str, str] = {}
        members = []
        for parts in self.members:
            asked = parts.request
            there = replace(
                asked,
                twin=True,
                out=f"{asked.out}/twin",
                app=app,
                beside=tuple(infos[path] for path in asked.beside),
                in_turn=tuple(infos[path] for path in asked.in_turn),
            )
            members.append(Parts(there))
            infos[parts.info] = members[-1].info
        return Networks(members)


def together(first: Request, others: Sequence[tuple[str, str]], in_turn: bool) -> list[Request]:
    """Requests of several networks in one firmware: the first, and (C name, model) of those behind it.

    in_turn: no two of them ever run at the same time.
    """
    requests = [first]
    for name, model in others:
        before = tuple(Parts(request).info for request in requests)
        # A shape that was given is the first network's; those of others are in their model.yaml.
        here = replace(first, name=name, model=model, out=f"{first.out}/{name}", input_shape="")
        requests.append(replace(here, in_turn=before) if in_turn else replace(here, beside=before))
    return requests
