# SPDX-License-Identifier: Apache-2.0
"""network.c, the ll_aton headers and the NetworkRuntime library are of one version: all parts compared."""

from __future__ import annotations

from collections.abc import Iterable

from ingot.network.version import Version, parse_version
from ingot.st.consistency.finding import Finding, Subject

HEADERS, LIBRARY = "ll-aton-version", "runtime-version"


def wanted_version(subject: Subject) -> Version | None:
    """The LL_ATON that the network wants: network.c says it, else the version of the NPU compiler in c_info."""
    if subject.source is not None:
        return subject.source.version
    environment = (subject.document or {}).get("environment")
    tools = environment.get("tools", []) if isinstance(environment, dict) else []
    for tool in tools:
        if "ATONN" in str(tool.get("name", "")):
            return parse_version(str(tool.get("version", "")))
    return None


def versions(subject: Subject) -> Iterable[Finding]:
    if subject.pack is None:
        return
    wanted, pack = wanted_version(subject), subject.pack
    if wanted is not None and pack.ll_aton is not None and wanted != pack.ll_aton:
        yield Finding(
            HEADERS,
            f"the network wants LL_ATON {wanted}, the headers are of {pack.ll_aton}",
            str(pack.version_header),
            "Give the st_pack of the ST Edge AI that generated the network, or generate it with that of this st_pack.",
        )
    if pack.runtime is not None and pack.library_version is not None and pack.runtime != pack.library_version:
        yield Finding(
            LIBRARY,
            f"the library is of runtime {pack.library_version}, the headers beside it are of {pack.runtime}",
            str(pack.library),
            "Take library and headers from one installation.",
        )
