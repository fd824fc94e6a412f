# SPDX-License-Identifier: Apache-2.0
"""A stand-in for the program `stedgeai`: records how it was called, and writes files of its version's shape."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

PROGRAM = """\
#!{python}
import sys
sys.path[:0] = [{tests!r}]
from support.stedgeai_stand_in import main
main({version!r}, {log!r}, sys.argv[1:])
"""

#: How it misbehaves, by the value of STAND_IN_MODE.
MODES = ("", "fail", "hang", "forget", "second", "no-version")


def install(root: Path, version: str) -> Path:
    """Makes an install of the stand-in; returns its log file. Another version replaces the one before."""
    program = root / "Utilities" / "linux" / "stedgeai"
    program.parent.mkdir(parents=True, exist_ok=True)
    log = root / "calls.json"
    text = PROGRAM.format(python=sys.executable, tests=str(HERE.parent), version=version, log=str(log))
    program.write_text(text)
    program.chmod(0o755)
    return log


def calls(log: Path) -> list[dict[str, Any]]:
    """Every `generate`, oldest first."""
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def main(version: str, log: str, words: list[str]) -> None:
    """The program."""
    from support.st_output import VERSIONS, StNetwork

    mode = os.environ.get("STAND_IN_MODE", "")
    if words == ["--version"]:
        print("" if mode == "no-version" else f"ST Edge AI Core v{VERSIONS.get(version, (version,))[0]}")
        return
    options = dict(zip(words[1::2], words[2::2], strict=False))
    _, _, profile = options.get("--st-neural-art", "@").partition("@")
    record: dict[str, Any] = {"words": words, "cwd": os.getcwd(), "stdin": sys.stdin.read()}
    record["model"] = Path(options["-m"]).read_bytes().hex()
    if profile:
        record["profile"] = json.loads(Path(profile).read_text())
        record["pools"] = json.loads(Path(record["profile"]["Profiles"]["ingot"]["memory_pool"]).read_text())
    with open(log, "a") as file:
        file.write(json.dumps(record) + "\n")
    if mode == "hang":
        import time

        print("still optimizing", flush=True)
        time.sleep(600)
    if mode == "fail":
        print("loading the model\nE103(CliRuntimeError): Error: unsupported layer FOO\nbye")
        sys.exit(3)
    blobs = bool(profile) and "--enable-epoch-controller" in record["profile"]["Profiles"]["ingot"]["options"]
    network = StNetwork(version=version, blobs=blobs)
    if mode == "second":
        network = network.with_buffer(name="Conv2D_1_offset", pool=4)
    if "--memory-pool" in words or options.get("--target") == "stm32h7":
        files = _h7_files(network)
    else:
        files = network.files()
    files["network.c"] += f"\n/* made in {os.getcwd()} */\n".encode()
    if mode == "forget":
        del files["network_atonbuf.xSPI2.raw"]
    for name, content in files.items():
        # 2.0 leaves its initializers in the workspace.
        folder = options["--workspace"] if version == "2.0" and name.endswith(".raw") else options["--output"]
        target = Path(folder) / ("neural_art__network" if folder == options["--workspace"] else "")
        target.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)


def _h7_files(network: Any) -> dict[str, bytes]:
    from dataclasses import replace

    def cpu(document: dict[str, Any]) -> None:
        document["memory_pools"] = [
            {"id": 1, "name": "AXIRAM", "address": "NULL", "rights": "ACC_WRITE", "size_bytes": -1, "fname": "",
             "used_size_bytes": 3072, "offset_start": 0, "buffers": [1], "subpools": []},
            {"id": 5, "name": "weights_array", "address": "g_network", "rights": "ACC_READ", "size_bytes": -1,
             "used_size_bytes": 700, "offset_start": 0, "fname": "", "buffers": [4, 5], "subpools": []},
        ]  # fmt: skip
        for buffer in document["buffers"]:
            buffer["mpool_id"] = 5 if buffer["is_param"] else 1
            buffer["offset_start"] = min(buffer["offset_start"], 0)

    info = replace(network, change=cpu).c_info().encode()
    names = ("network.c", "network.h", "network_config.h", "network_data.c", "network_data.h")
    names += ("network_data_params.c", "network_data_params.h")
    return {"network_c_info.json": info, **{name: f"/* {name} */\n".encode() for name in names}}
