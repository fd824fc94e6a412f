# SPDX-License-Identifier: Apache-2.0
"""How the relocatable image of one network is put together. See docs/relocatable.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.places import ROOT, firmware_dir, kernels_dir, near
from ingot.link import toolchain
from ingot.recipe.job import CompileJob, Job, LinkJob, StepJob
from ingot.recipe.kernels import kernel_archive
from ingot.recipe.network import NetworkBuild
from ingot.recipe.step import Files, Step

DEFINES = {"LL_ATON_EB_DBG_INFO": "1"}


class ImageBuild:
    """What `<name>_rel.bin` is built from. Its files are in the folder `reloc` of the network's.

    name: C name of the network in the image, first part of its file names; by default the network's.
    """

    def __init__(self, network: NetworkBuild, name: str = "") -> None:
        alone = replace(
            network.request, name=name or network.name, out=f"{network.request.out}/reloc", beside=(), in_turn=()
        )
        self.network = NetworkBuild(alone, reloc=True, model=network.model)
        self.options, self.core = alone.options, network.board.core
        self.name, self.folder = alone.name, alone.out
        self.builtin = self.network.compilation.step == "compile_network"
        self.parts: Any = None if self.builtin else self._st_parts()

    def _st_parts(self) -> Any:
        """ST's runtime for an image of a network with NPU epochs. Raises IngotError where there is none."""
        from ingot.st.stedgeai.reloc import open_reloc_parts

        compiler = f"compiler={self.options.text('compiler')}"
        parts = open_reloc_parts(self.options.text("st_pack"), self.options.text("compiler"))
        if not self.network.source:
            raise IngotError("an image needs the network's C file, which is not there", where=compiler)
        if self.network.board.chip != "stm32n6":
            board = self.network.board.name
            raise IngotError(f"images around ST's runtime are for STM32N6, not for {board}", where=compiler)
        return parts

    # ---- files

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}"

    @property
    def elf(self) -> str:
        return self.path(f"{self.name}_rel.elf")

    @property
    def script(self) -> str:
        return self.path(f"{self.name}_rel.ld")

    def binary(self, split: bool) -> str:
        """The image. The twin has both forms, that with the params apart in a folder of its own."""
        apart = "split/" if split and self.network.request.twin else ""
        return self.path(f"{apart}{self.name}_rel.bin")

    def params(self) -> str:
        """The second file of an image whose params are apart."""
        return f"{self.binary(True).removesuffix('.bin')}_params.bin"

    # ---- jobs

    @property
    def secure(self) -> bool:
        return True if self.network.request.twin else self.options.switch("secure")

    @property
    def runtime_abi(self) -> str:
        return "1.1.1" if self.network.request.twin else self.options.text("runtime_abi")

    def _network_files(self) -> dict[str, Files]:
        network = self.network
        return {"c_info": network.info, "raws": network.raws, "board": network.board_file}

    def layout(self) -> StepJob:
        """The image's own C file, and its linker script."""
        also = self.network.beside_board
        outputs = {"source": self.path(f"{self.name}_rel.c"), "script": self.script}
        if self.builtin:
            options: dict[str, Any] = {"runtime_abi": self.runtime_abi, "secure": self.secure}
            return StepJob(Step("reloc_sources", self._network_files(), outputs, options), also)
        inputs = {**self._network_files(), "network_c": self.network.source}
        outputs["conf"] = self.path(f"{self.name}_rel_conf.h")
        options = {"name": self.name, "secure": self.secure, **self.options.pick("ecblob_in_params")}
        return StepJob(Step("reloc_st_sources", inputs, outputs, options), also)

    @property
    def stamp(self) -> str:
        """Is there when the image's own C and linker script are as generated."""
        return self.path(f"{self.name}_rel.intact")

    def intact(self, layout: StepJob) -> StepJob:
        """Looks at what `layout` wrote before it is compiled."""
        return StepJob(Step("intact", {"texts": layout.outputs}, {"stamp": self.stamp}))

    def pack(self, split: bool) -> StepJob:
        """The packager: the image, then with split its params."""
        outputs: dict[str, Files] = {"image": self.binary(split)}
        if split:
            outputs["params"] = self.params()
        if self.options.switch("gen_c_file") and not self.network.request.twin:
            outputs["c_file"] = f"{self.binary(split).removesuffix('.bin')}_image.c"
        options: dict[str, Any] = {"seal": self.options.text("seal")}
        also = [*self.network.beside_board]
        if self.builtin:
            options["runtime_abi"] = self.runtime_abi
        else:
            # As an option: SCons would look for the headers of a C file that is an input.
            options |= {"name": self.name, "network_c": self.network.source, **self.options.pick("ecblob_in_params")}
            also.append(self.network.source)
        step = Step("pack_image", {"elf": self.elf, **self._network_files()}, outputs, options)
        return StepJob(step, tuple(also))

    def link(self) -> list[Job]:
        """From the network's files to the ELF."""
        return self._builtin_link() if self.builtin else self._st_link()

    def _builtin_link(self) -> list[Job]:
        network, runtime = self.network, firmware_dir() / "runtime"
        npu = [near(ROOT / name) for name in ((toolchain.NPU_CACHE,) if network.compilation.drives_npu else ())]
        more = [near(ROOT / name) for name in ((toolchain.NPU_INCLUDE, *toolchain.INCLUDE_DIRS) if npu else ())]
        folders = tuple(dict.fromkeys((network.request.out, near(runtime), near(kernels_dir()), *more)))

        def compiled(stem: str, source: str, moved: bool = True) -> CompileJob:
            flags = (*network.flags("network"), *toolchain.image_compile_flags(self.core, self.secure, moved))
            return self._compiled(stem, source, flags, DEFINES, folders, (network.header, network.stamp, self.stamp))

        flags = toolchain.image_compile_flags(self.core, self.secure, True)
        archive = self.path(f"obj/lib{self.name}_rel_kernels.a")
        kernels = kernel_archive([network], archive, flags, DEFINES)
        objects = [
            compiled("network", network.source),
            compiled("network_rel", self.path(f"{self.name}_rel.c"), moved=False),
            *(compiled(stem, near(runtime / f"{stem}.c")) for stem in ("ingot_reloc_image", "ingot_initializer")),
            *(compiled("npu_cache", source) for source in npu),
        ]
        return [kernels, *objects, self._linked(objects, archive)]

    def _st_link(self) -> list[Job]:
        """network_rel.elf of a network of ST's: with ST's flags, macros and sources."""
        from ingot.st.stedgeai.pack import DEFINES as ST_DEFINES
        from ingot.st.stedgeai.pack import SOURCE_FLAGS
        from ingot.st.stedgeai.reloc import DEFINES as RELOC_DEFINES

        runtime = firmware_dir() / "runtime"
        conf = self.path(f"{self.name}_rel_conf.h")
        # ST's headers first: Ingot's have the same names.
        folders = (self.folder, *(near(path) for path in self.parts.include), near(runtime))
        state = ["-mcmse"] if self.secure else []
        flags = [*toolchain.image_st_flags(self.core), *state, *SOURCE_FLAGS, "-include", conf]
        moved = [*flags, *toolchain.settings()["relocatable"]]

        def compiled(stem: str, source: str, which: list[str] = moved) -> CompileJob:
            defines = {**ST_DEFINES, **RELOC_DEFINES}
            return self._compiled(stem, source, tuple(which), defines, folders, (conf, self.stamp))

        objects = [
            compiled("network", self.network.source),
            compiled("network_rel", self.path(f"{self.name}_rel.c"), flags),
            *(compiled(stem, near(runtime / f"ingot_reloc_{stem}.c")) for stem in ("no_buffers", "no_console")),
            *(compiled(f"st_{path.stem}", near(path)) for path in self.parts.sources),
        ]
        return [*objects, self._linked(objects, near(self.parts.library))]

    def _compiled(
        self, stem: str, source: str, flags: tuple[str, ...], defines: Any, folders: tuple[str, ...], headers: Any
    ) -> CompileJob:
        return CompileJob(
            target=self.path(f"obj/{stem}.o"),
            source=source,
            compiler=self.network.compiler,
            flags=flags,
            defines=defines,
            folders=folders,
            headers=tuple(header for header in headers if header),
            group=f"image|files for {self.folder}",
        )

    def _linked(self, objects: list[CompileJob], library: str) -> LinkJob:
        return LinkJob(
            elf=self.elf,
            map_file=f"{self.elf.removesuffix('.elf')}.map",
            objects=tuple(job.target for job in objects),
            libraries=(library,),
            script=self.script,
            intact=self.stamp,
            compiler=self.network.compiler,
            flags=(*toolchain.image_link_flags(self.core), "-lgcc"),
        )

    def build(self, *splits: bool) -> list[Job]:
        """All jobs from the model's file on. splits: for each form of the image, whether its params are apart."""
        network = self.network
        layout = self.layout()
        first = [*network.obtaining, network.compile(), network.intact(), layout, self.intact(layout)]
        return [*(job for job in first if job), *self.link(), *(self.pack(split) for split in splits)]
