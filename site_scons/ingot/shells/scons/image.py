"""`net.image`: the relocatable image of a network as nodes."""

from __future__ import annotations

from typing import Any

import SCons.Action

from ingot.recipe.image import Image, ImageSource
from ingot.shells.scons.archives import shared_archive
from ingot.shells.scons.calls import user_call
from ingot.shells.scons.model import NetworkNodes, _add, cross_environment, from_top
from ingot.shells.scons.paths import dir_node, file_node


@user_call
def image_node(env: Any, net: NetworkNodes) -> Any:
    """The node of `<name>_rel.bin`, in the folder `reloc` of the network's."""
    image = Image(net.parts)
    network = _add(env, image.network, image.compile("m"), {"model": net.model})
    _, script = _add(env, image.network, image.layout(), {})
    objects = [_object(env, _environment(env, image, "network", file.moved), file) for file in image.sources]
    gcc = cross_environment(env, image.network, "network")
    elf = gcc.Command(
        file_node(env, image.elf),
        [*objects, *_kernels(env, image)],
        SCons.Action.Action("$CC $SOURCES $INGOT_LINK -Wl,-T,$INGOT_SCRIPT -o $TARGET"),
        INGOT_LINK=image.link_flags,
        INGOT_SCRIPT=script,
    )
    env.Depends(elf, script)
    packed = _add(env, image.network, image.pack(), {})
    for node in env.Flatten([network, script, objects, elf, packed]):
        env.Ignore(node.dir, node)  # a plain `scons` builds no image
    return packed


def _environment(env: Any, image: Image, role: str, moved: bool) -> Any:
    """The environment whose Object() compiles files of an image. moved: code, which may lie anywhere."""
    gcc = cross_environment(env, image.network, role)
    folders = image.folders if role == "network" else image.folders[1:]
    gcc.Replace(
        CCFLAGS=[*image.flags(role, moved), *env["INGOT_CCFLAGS"]],
        CPPPATH=[dir_node(env, path) for path in folders],
        CPPDEFINES=list(image.DEFINES),
    )
    return gcc


def _object(env: Any, gcc: Any, file: ImageSource) -> Any:
    return gcc.Object(file_node(env, file.target), file_node(env, file.source))[0]


def _kernels(env: Any, image: Image) -> Any:
    """All kernels, position-independent, as one archive for every network of the core with the same flags."""
    gcc = _environment(env, image, "kernels", True)

    def objects(folder: Any) -> list[Any]:
        return [_object(env, gcc, file) for file in image.kernels(from_top(env, folder))]

    archive = shared_archive(gcc, env.fs.Dir(f"ingot-kernels/{image.core}-image"), objects)
    for node in env.Flatten([archive, *(item.sources for item in archive)]):
        env.Ignore(node.dir, node)
    return archive
