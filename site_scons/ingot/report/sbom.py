# SPDX-License-Identifier: Apache-2.0
"""The bill of materials of a firmware, as SPDX 2.3 in JSON: models, weights, kernels, libraries, tools.

Format: https://spdx.github.io/spdx-spec/v2.3/. The same firmware gives the same bytes: the time is that of
SOURCE_DATE_EPOCH, else 1970-01-01, and the namespace is made of the content.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NOASSERTION = "NOASSERTION"

#: Licences of models that are written in model.yaml as SPDX writes them; any other text is quoted as it is.
SPDX_LICENCES = frozenset(
    {
        "0BSD",
        "AFL-3.0",
        "AGPL-3.0-only",
        "AGPL-3.0-or-later",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC-BY-4.0",
        "CC-BY-NC-4.0",
        "CC-BY-NC-SA-4.0",
        "CC-BY-SA-4.0",
        "CC0-1.0",
        "EPL-2.0",
        "GPL-2.0-only",
        "GPL-2.0-or-later",
        "GPL-3.0-only",
        "GPL-3.0-or-later",
        "ISC",
        "LGPL-2.1-only",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "MIT",
        "MPL-2.0",
        "Unlicense",
    }
)


@dataclass(frozen=True)
class SourceFile:
    """A file that is in the firmware or that the firmware is made of. name: relative, with "/"."""

    name: str
    content: bytes
    licence: str = NOASSERTION


@dataclass(frozen=True)
class ModelPart:
    """A network of the firmware and the model that it was compiled from.

    model: file name. sha256: of the model file, "" where the compiler does not say. licence: text of model.yaml, "" for
    none. url: where the file is from, "" where that is not known. compiler, compiler_version: what compiled it.
    code: the generated C ("network.c"). weights: the raw initializers.
    """

    name: str
    model: str
    sha256: str
    licence: str
    url: str
    stand_in: bool
    compiler: str
    compiler_version: str
    code: tuple[SourceFile, ...]
    weights: tuple[SourceFile, ...]


@dataclass(frozen=True)
class Component:
    """A library in the firmware, or a tool that made it. licence: an SPDX expression."""

    name: str
    version: str
    licence: str = NOASSERTION


@dataclass(frozen=True)
class Materials:
    """All that a bill of materials lists. elf: the linked program. epoch: seconds since 1970 of the build, 0 for none.

    kernels: the C files of firmware/kernels/ that the networks call. libraries: what is linked beside Ingot's own code.
    """

    board: str
    elf: SourceFile
    ingot_version: str
    models: tuple[ModelPart, ...]
    kernels: tuple[SourceFile, ...]
    libraries: tuple[Component, ...]
    tools: tuple[Component, ...]
    epoch: int = 0


def render_sbom(materials: Materials) -> str:
    """The text of the SPDX document."""
    document = _Document(materials).content()
    text = json.dumps(document, sort_keys=True)
    document["documentNamespace"] = f"urn:ingot:sbom:sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


class _Document:
    """Collects packages, files and relationships."""

    def __init__(self, materials: Materials) -> None:
        self.materials = materials
        self.packages: list[dict[str, Any]] = []
        self.files: list[dict[str, Any]] = []
        self.relations: list[dict[str, str]] = []
        self.quoted: dict[str, str] = {}  # text of a licence -> its LicenseRef

    def content(self) -> dict[str, Any]:
        given = self.materials
        names = ", ".join(part.name for part in given.models)
        firmware = self.package(
            "Firmware", f"{given.board} firmware", "", purpose="FIRMWARE", sha256=_sha256(given.elf.content)
        )
        self.packages[-1] |= {"packageFileName": given.elf.name, "description": f"Firmware with the networks: {names}"}
        self.relate("SPDXRef-DOCUMENT", "DESCRIBES", firmware)
        ingot = self.package("Ingot", "ingot", given.ingot_version, "Apache-2.0", purpose="LIBRARY")
        self.packages[-1]["comment"] = "Runtime, startup and kernels in the firmware; also what generated its C code."
        self.relate(firmware, "STATIC_LINK", ingot)
        self.relate(ingot, "BUILD_TOOL_OF", firmware)
        for part in given.models:
            self.model(firmware, part)
        for kernel in given.kernels:
            self.relate(firmware, "GENERATED_FROM", self.file(kernel, "SOURCE"))
        for library in given.libraries:
            package = self.package("Library", library.name, library.version, library.licence, purpose="LIBRARY")
            self.relate(firmware, "STATIC_LINK", package)
        for tool in given.tools:
            package = self.package("Tool", tool.name, tool.version, tool.licence, purpose="APPLICATION")
            self.relate(package, "BUILD_TOOL_OF", firmware)
        created = datetime.fromtimestamp(given.epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        document = {
            "SPDXID": "SPDXRef-DOCUMENT",
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "name": f"{given.board} firmware with {names}",
            "creationInfo": {"created": created, "creators": [f"Tool: ingot-{given.ingot_version}"]},
            "packages": self.packages,
            "files": self.files,
            "relationships": self.relations,
        }
        if self.quoted:
            document["hasExtractedLicensingInfos"] = [
                {"licenseId": name, "name": "licence of a model", "extractedText": text}
                for text, name in self.quoted.items()
            ]
        return document

    def model(self, firmware: str, part: ModelPart) -> None:
        """A model, and what was generated from it."""
        model = self.package(
            "Model", part.model, "", self.licence(part.licence), part.url, purpose="FILE", sha256=part.sha256
        )
        self.packages[-1]["comment"] = (
            f"Network {part.name}, compiled by the compiler {part.compiler} {part.compiler_version}".rstrip() + "."
        )
        if part.stand_in:
            self.packages[-1]["comment"] += " STAND-IN: the weights are invented."
        for code in part.code:
            file = self.file(code, "SOURCE")
            self.relate(file, "GENERATED_FROM", model)
            self.relate(firmware, "GENERATED_FROM", file)
        for weights in part.weights:
            file = self.file(weights, "BINARY")
            self.relate(file, "GENERATED_FROM", model)
            self.relate(file, "DATA_FILE_OF", firmware)

    def package(
        self,
        kind: str,
        name: str,
        version: str,
        licence: str = NOASSERTION,
        url: str = "",
        *,
        purpose: str,
        sha256: str = "",
    ) -> str:
        """Adds a package; its SPDXID."""
        identity = kind if kind in ("Firmware", "Ingot") else f"{kind}-{len(self.packages)}-{name}"
        entry: dict[str, Any] = {
            "SPDXID": _identifier(identity),
            "name": name,
            "downloadLocation": url or NOASSERTION,
            "filesAnalyzed": False,
            "licenseConcluded": NOASSERTION,
            "licenseDeclared": licence,
            "copyrightText": NOASSERTION,
            "primaryPackagePurpose": purpose,
        }
        if version:
            entry["versionInfo"] = version
        if sha256:
            entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": sha256}]
        self.packages.append(entry)
        return str(entry["SPDXID"])

    def file(self, file: SourceFile, kind: str) -> str:
        """Adds a file; its SPDXID. SPDX 2.3 wants SHA-1 of every file."""
        identity = _identifier(f"File-{len(self.files)}-{file.name}")
        self.files.append(
            {
                "SPDXID": identity,
                "fileName": f"./{file.name}",
                "fileTypes": [kind],
                "checksums": [
                    {"algorithm": "SHA1", "checksumValue": hashlib.sha1(file.content).hexdigest()},
                    {"algorithm": "SHA256", "checksumValue": _sha256(file.content)},
                ],
                "licenseConcluded": file.licence,
                "licenseInfoInFiles": [file.licence],
                "copyrightText": NOASSERTION,
            }
        )
        return identity

    def relate(self, left: str, kind: str, right: str) -> None:
        self.relations.append({"spdxElementId": left, "relationshipType": kind, "relatedSpdxElement": right})

    def licence(self, text: str) -> str:
        """An SPDX expression for the licence that a model.yaml names."""
        if not text:
            return NOASSERTION
        if text in SPDX_LICENCES:
            return text
        return self.quoted.setdefault(text, f"LicenseRef-Model-{len(self.quoted) + 1}")


def _identifier(text: str) -> str:
    """An SPDXID: letters, digits, "." and "-" only."""
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", text)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
