"""`net.image`: the relocatable image of a network as nodes."""

from __future__ import annotations

from typing import Any

import SCons.Action

from ingot.scons.calls import user_call
from ingot.scons.model import NetworkNodes, _add, _top, cross_environment, from_top
from ingot.shells.image import Image, ImageSource

_ARCHIVES: dict[str, Any] = {}


@user_call
def image_node(env: Any, net: NetworkNodes) -> Any:
    """The node of `<name>_rel.bin`, in the folder `reloc` of the network's."""
    image = Image(net.parts)
    network = _add(env, image.network, image.compile("m"), {"model": net.model})
    _, script = _add(env, image.network, image.layout(), {})
    objects = [_object(env, image, file, "network") for file in image.sources]
    gcc = cross_environment(env, image.network, "network")
    elf = gcc.Command(
        _top(image.elf),
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


def _object(env: Any, image: Image, file: ImageSource, role: str) -> Any:
    gcc = cross_environment(env, image.network, role)
    folders = image.folders if role == "network" else image.folders[1:]
    gcc.Replace(
        CCFLAGS=[*image.flags(role, file.moved), *env["INGOT_CCFLAGS"]],
        CPPPATH=[env.Dir(_top(path)) for path in folders],
        CPPDEFINES=list(image.DEFINES),
    )
    return gcc.Object(_top(file.target), env.File(_top(file.source)))[0]


def _kernels(env: Any, image: Image) -> Any:
    """All kernels, position-independent, as one archive for every network of the core."""
    folder = env.Dir(f"ingot-kernels/{image.core}-image")
    if folder.get_abspath() not in _ARCHIVES:
        objects = [_object(env, image, file, "kernels") for file in image.kernels(from_top(env, folder))]
        gcc = cross_environment(env, image.network, "kernels")
        made = gcc.StaticLibrary(folder.File("libingot_kernels.a"), objects)
        for node in env.Flatten([objects, made]):
            env.Ignore(node.dir, node)
        _ARCHIVES[folder.get_abspath()] = made
    return _ARCHIVES[folder.get_abspath()]
