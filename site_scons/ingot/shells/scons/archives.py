"""Archives that several networks share: one for each way in which its objects are compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import SCons.Subst

#: Variables of a process that change what GCC makes of the same command line.
_VARIABLES = ("COMPILER_PATH", "CPATH", "C_INCLUDE_PATH", "GCC_EXEC_PREFIX", "PATH", "SOURCE_DATE_EPOCH")

#: Folder of the archives of a core -> what their objects depend on -> archive.
_ARCHIVES: dict[Any, dict[str, Any]] = {}


def shared_archive(gcc: Any, folder: Any, objects: Callable[[Any], list[Any]], name: str = "libingot_kernels.a") -> Any:
    """The nodes of an archive; the same ones for environments whose command lines are the same.

    gcc: the environment that compiles and archives. folder: node of its folder; where two environments differ (flags,
    compiler, macros, search path of programs), the second one gets a folder beside, named by what it depends on.
    objects: from the folder's node to the objects' nodes.
    """
    known = _ARCHIVES.setdefault(folder, {})
    key = _depends_on(gcc)
    if key not in known:
        own = folder if not known else folder.dir.Dir(f"{folder.name}-{hashlib.sha256(key.encode()).hexdigest()[:8]}")
        known[key] = gcc.StaticLibrary(own.File(name), objects(own))
    return known[key]


def _depends_on(gcc: Any) -> str:
    """Everything but the sources that the bytes of objects and archive depend on."""
    lines = gcc.subst("$CCCOM\n$ARCOM", raw=SCons.Subst.SUBST_SIG)
    search = [str(path) for path in gcc.get("CPPPATH", [])]
    return "\n".join([lines, *search, *(f"{name}={gcc['ENV'].get(name, '')}" for name in _VARIABLES)])
