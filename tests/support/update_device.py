# SPDX-License-Identifier: Apache-2.0
"""The state machine of updates and the reader of packages, through ctypes, on memory that behaves as NOR flash."""

from __future__ import annotations

import ctypes

from support.host_library import host_library

#: Of firmware/runtime, what the state machine needs.
NAMES = ("update", "self_test", "sha256", "initializer", "initializer_refused", "console", "stop")
MORE = ("package", "patch", "ed25519")
FIXTURE = "tests/firmware/fixture/update_device.c"
MONOCYPHER = tuple(f"third_party/monocypher/monocypher{name}.c" for name in ("", "-ed25519"))


class Device:
    """Two slots of 4,032 bytes; a model is whatever begins with GOOD."""

    def __init__(self) -> None:
        sources = [f"firmware/runtime/ingot_{name}.c" for name in (*NAMES, *MORE)]
        self.library = host_library(*sources, *MONOCYPHER, FIXTURE)
        self.library.device_new()

    def call(self, name: str, *values: object) -> int:
        return int(getattr(self.library, f"device_{name}")(*values))

    def update(self, content: bytes, version: int) -> int:
        status = self.call("begin", len(content), version)
        return status or self.call("chunk", 0, content, len(content)) or self.call("finish")

    def send(self, package: bytes, step: int = 100) -> int:
        """All of a package, in chunks; the first status that is not 0, else that of the end."""
        for at in range(0, len(package), step):
            part = package[at : at + step]
            status = self.call("package_chunk", at, part, len(part))
            if status:
                return status
        return self.call("package_finish")

    def restart(self) -> None:
        """The next start, and the confirmation of what is on trial."""
        assert self.call("boot") == 0
        if self.call("trial"):
            assert self.call("confirm") == 0

    def slot(self, number: int, size: int) -> bytes:
        to = ctypes.create_string_buffer(size)
        self.library.device_read(number, to, size)
        return to.raw
