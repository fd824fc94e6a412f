#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an update costs: bytes sent, and the instructions of a Cortex-M55 that make the new image of them.

    nice bench/update.py OLD.bin NEW.bin

Both are sealed images (ingot image). For each kind of package its bytes, and on the emulated core: instructions of the
patch's decoder, and of the two SHA-256 over the fielded image and over the result.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.base.places import ROOT  # noqa: E402
from ingot.device.run import qemu  # noqa: E402
from ingot.update.make import make_package, same_code  # noqa: E402
from ingot.update.package import HEADER_SIZE, Kind  # noqa: E402
from support.firmware import link  # noqa: E402
from support.session import close_session, open_session, session_folder  # noqa: E402

OLDER, PATCH, NEWER = 0x60000000, 0x61000000, 0x62000000

MAIN = """\
#include <string.h>
#include "counter.h"
#include "ingot_patch.h"
#include "ingot_runtime.h"
#include "ingot_sha256.h"

static uint32_t written;

static bool get(void *context, uint32_t at, void *to, uint32_t n)
{
    (void)context;
    memcpy(to, (const uint8_t *)OLDER + at, n);
    return true;
}

static bool put(void *context, const void *from, uint32_t n)
{
    (void)context;
    memcpy((uint8_t *)NEWER + written, from, n);
    written += n;
    return true;
}

static void hash(const void *from, uint32_t n, const char *what)
{
    uint8_t digest[32];
    ingot_sha256 state;
    ingot_counter_start();
    ingot_sha256_start(&state);
    ingot_sha256_add(&state, from, n);
    ingot_sha256_end(&state, digest);
    uint64_t cost = ingot_counter_read();
    ingot_print(what);
    ingot_print_unsigned64(cost);
    ingot_print(" ");
    ingot_print_bytes(digest, sizeof digest);
    ingot_print("\\n");
}

int main(void)
{
    static ingot_patch patch = {.read = get, .put = put, .from_size = FROM_SIZE, .to_size = TO_SIZE};
    ingot_counter_start();
    ingot_patch_start(&patch);
    for (uint32_t at = 0; at < PATCH_SIZE; at += 1020u)
        if (!ingot_patch_add(&patch, (const uint8_t *)PATCH + at, PATCH_SIZE - at < 1020u ? PATCH_SIZE - at : 1020u))
            return 1;
    if (!ingot_patch_is_whole(&patch))
        return 2;
    uint64_t cost = ingot_counter_read();
    ingot_print("patch ");
    ingot_print_unsigned64(cost);
    ingot_print("\\n");
    hash((const void *)OLDER, FROM_SIZE, "older ");
    hash((const void *)NEWER, TO_SIZE, "newer ");
    return 0;
}
"""


def cost(older: bytes, package: bytes, size: int, folder: Path) -> dict[str, list[str]]:
    """What the firmware prints: word -> the rest of its line."""
    files = {OLDER: older or b"\0", PATCH: package[HEADER_SIZE:]}
    images = []
    for address, content in files.items():
        file = folder / f"{address:x}.bin"
        file.write_bytes(content)
        images.append(qemu.Image(file, address))
    (folder / "main.c").write_text(MAIN)
    sizes = {"FROM_SIZE": f"{len(older)}u", "TO_SIZE": f"{size}u", "PATCH_SIZE": f"{len(package) - HEADER_SIZE}u"}
    places = {"OLDER": f"{OLDER:#x}u", "PATCH": f"{PATCH:#x}u", "NEWER": f"{NEWER:#x}u"}
    sources = [folder / "main.c", *(ROOT / f"firmware/runtime/ingot_{name}.c" for name in ("patch", "sha256"))]
    done = qemu.run(link(folder, sources, sizes | places), images, timeout=600)
    return {line.split()[0]: line.split()[1:] for line in done.lines if line}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("older", type=Path)
    parser.add_argument("newer", type=Path)
    options = parser.parse_args()
    older, newer = options.older.read_bytes(), options.newer.read_bytes()
    print(f"image {len(newer):,} bytes")
    print(
        f"{'package':<8}{'bytes':>12}{'of whole':>10}{'patch':>14}{'SHA-256 older':>16}{'of the result':>16}",
        flush=True,
    )
    whole = 0
    for kind in (Kind.WHOLE, Kind.PARAMS, Kind.DELTA):
        if kind is Kind.PARAMS and not same_code(newer, older):
            continue
        package = make_package(
            newer, 2, str(options.newer), kind, older if kind is Kind.DELTA else b"", str(options.older)
        )
        content = package.to_bytes()
        whole = whole or len(content)
        said = cost(older[: package.from_size], content, len(newer), session_folder("update"))
        if bytes.fromhex(said["newer"][1]) != package.to_digest:
            print(f"{kind.name}: the result is another one")
            return 1
        figures = (int(said["patch"][0]), int(said["older"][0]), int(said["newer"][0]))
        print(
            f"{kind.name.lower():<8}{len(content):>12,}{len(content) / whole:>10.2%}"
            + "{:>14,}{:>16,}{:>16,}".format(*figures),
            flush=True,
        )
    return 0


if __name__ == "__main__":
    session = open_session()
    try:
        sys.exit(main())
    finally:
        close_session(session)
