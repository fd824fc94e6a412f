"""The relocatable image of one network, for any shell: steps, sources, flags. See docs/relocatable.md."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingot.base.places import firmware_dir, kernels_dir
from ingot.link import toolchain
from ingot.recipe import sources as firmware
from ingot.recipe.parts import Parts, near
from ingot.recipe.step import Step


@dataclass(frozen=True)
class ImageSource:
    """A C file of the image. moved: it reaches its data through r9, wherever the image lies."""

    target: str
    source: str
    moved: bool = True


class Image:
    """What `<name>_rel.bin` is built from. Its files are in the folder `reloc` of the network's."""

    DEFINES = ("LL_ATON_EB_DBG_INFO=1",)

    def __init__(self, parts: Parts) -> None:
        alone = replace(parts.request, out=f"{parts.request.out}/reloc", beside=(), in_turn=())
        self.network = Parts(alone)
        self.name, self.core = alone.name, parts.board.core

    def path(self, name: str) -> str:
        return self.network.path(name)

    @property
    def elf(self) -> str:
        return self.path(f"{self.name}_rel.elf")

    @property
    def script(self) -> str:
        return self.path(f"{self.name}_rel.ld")

    @property
    def binary(self) -> str:
        return self.path(f"{self.name}_rel.bin")

    # ---- steps

    def compile(self, model: str) -> Step:
        step = self.network.compile(model)
        return replace(step, options={**step.options, "relocatable": True})

    def layout(self) -> Step:
        """The image's own C file, and its linker script."""
        inputs = {"c_info": self.network.info, "raws": self.network.raws, "board": self.network.board_file}
        outputs = {"source": self.path(f"{self.name}_rel.c"), "script": self.script}
        return Step("reloc_sources", inputs, outputs, {"runtime_abi": "1.1.1", "secure": True})

    def pack(self) -> Step:
        inputs = {
            "elf": self.elf,
            "c_info": self.network.info,
            "raws": self.network.raws,
            "board": self.network.board_file,
        }
        return Step("pack_image", inputs, {"image": self.binary}, {"runtime_abi": "1.1.1"})

    # ---- C

    @property
    def sources(self) -> list[ImageSource]:
        runtime = firmware_dir() / "runtime"
        return [
            ImageSource(self.path("obj/network.o"), self.network.source),
            ImageSource(self.path("obj/network_rel.o"), self.path(f"{self.name}_rel.c"), moved=False),
            *(
                ImageSource(self.path(f"obj/{stem}.o"), near(runtime / f"{stem}.c"))
                for stem in ("ingot_reloc_image", "ingot_initializer")
            ),
        ]

    @staticmethod
    def kernels(folder: str) -> list[ImageSource]:
        return [ImageSource(f"{folder}/{path.stem}.o", near(path)) for path in firmware.kernel_sources()]

    @property
    def folders(self) -> list[str]:
        """For #include, of the network's files; kernels need only the last two."""
        return [self.network.request.out, near(firmware_dir() / "runtime"), near(kernels_dir())]

    def flags(self, role: str, moved: bool = True) -> list[str]:
        """Of the C compiler. role: "kernels" or "network"."""
        return [*self.network.flags(role), *toolchain.image_compile_flags(self.core, True, moved)]

    @property
    def link_flags(self) -> list[str]:
        """Of the linker, behind objects and kernels; without the script."""
        return [*toolchain.image_link_flags(self.core), "-lgcc"]
