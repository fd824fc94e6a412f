# SPDX-License-Identifier: Apache-2.0
"""compiler=stedgeai: from a model file to the files that later stages read, by way of the installed tool."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.network.types import Network
from ingot.st.prebuilt.take import Place, take_output
from ingot.st.stedgeai.command import generate_arguments, target_of
from ingot.st.stedgeai.outputs import plan_outputs
from ingot.st.stedgeai.profile import profile_options, relative_pools, write_profile
from ingot.st.stedgeai.request import Request
from ingot.st.stedgeai.run import run_tool
from ingot.st.stedgeai.tool import Tool

if TYPE_CHECKING:
    from ingot.board import Mpool
    from ingot.model.model_file import ModelFile

TIMEOUT = 1800.0
H7_POOLS = "mempools.json"
TEXT = (".c", ".h", ".json", ".txt")
_DATES = re.compile(r'(?P<key>"generated_time"\s*:\s*)"[^"]*"|^Created date\s*:.*\n', re.MULTILINE)


def generate(
    tool: Tool,
    model: ModelFile,
    name: str,
    request: Request,
    place: Place,
    out_dir: Path,
    *,
    timeout: float = TIMEOUT,
    say: Callable[[str], None] = lambda line: None,
    show: Callable[[str], None] = lambda line: None,
) -> Network:
    """Runs the tool and takes over what it left. show: gets the command line. Returns the description.

    Raises IngotError when the tool fails, or leaves a file out that its version writes; nothing is written then.
    """
    target = target_of(place.board)
    declared = plan_outputs(tool, place.board, place.mpool, name, request)
    with tempfile.TemporaryDirectory(prefix="ingot-stedgeai-") as folder:
        work = Path(folder).resolve()
        copy = f"{name}_source{model.path.suffix}" if " " in model.name else model.name
        (work / copy).write_bytes(model.data)
        for inside in ("st_ai_output", "st_ai_ws"):
            (work / inside).mkdir()
        if target == "stm32n6":
            options = profile_options(tool.version, request.options, request.reloc)
            profile = write_profile(work, place.mpool, options, request.reloc)
        else:
            profile = _h7_pools(work, place.mpool)
        arguments = generate_arguments(target, copy, name, request, profile, "st_ai_output", "st_ai_ws")
        show(" ".join([tool.program.name, *arguments]))
        run_tool(tool.program, arguments, work, timeout)
        output = work / "st_ai_output"
        _collect_from_workspace(work / "st_ai_ws", output, name)
        _settle(output, work)
        missing = [file for file in declared.all() if not (output / file).is_file() and file not in _optional(name)]
        if missing:
            raise IngotError(
                f"ST Edge AI Core {tool.version} ended well but did not leave {', '.join(missing)}",
                where="compiler=stedgeai",
                remedy="Build once more with verbose=1 to see its command line; please report the version.",
            )
        _record_model(output / declared.info, model)
        mpool = relative_pools(place.mpool) if request.reloc else place.mpool
        # The tool has just read this model, so that nothing in its output needs to be compared with the file.
        made = replace(place, compiler="stedgeai", model=model, mpool=mpool, signature=False)
        network = take_output(output, out_dir, made, say, name)
    return network


def _optional(name: str) -> tuple[str, ...]:
    """Files that ST's tool may leave out: the report and the description are written by Ingot anyway."""
    return (f"{name}_generate_report.txt", f"{name}.h")


def _h7_pools(work: Path, mpool: Mpool) -> str:
    """ST's short list of writable pools for the CPU targets; "" for one pool, which needs none."""
    pools = [pool for pool in mpool.enabled if pool.writable and pool.base is not None]
    if len(pools) < 2:
        return ""
    entries = [
        {
            "name": pool.name,
            "prop": {"throughput": pool.throughput, "latency": pool.latency},
            "size": {"value": str(pool.size), "magnitude": "BYTES"},
            "offset": {"value": f"0x{pool.base or 0:08X}", "magnitude": "BYTES"},
        }
        for pool in pools
    ]
    (work / H7_POOLS).write_text(json.dumps({"memory": {"mempools": entries}}, indent=2) + "\n")
    return H7_POOLS


def _collect_from_workspace(workspace: Path, output: Path, name: str) -> None:
    """Files that a version leaves only in the workspace (neural_art__<name>/): initializers and c_info."""
    for file in sorted(workspace.rglob("*")):
        wanted = file.suffix in (".raw", ".c", ".h") or file.name.endswith("c_info.json")
        if not file.is_file() or not wanted:
            continue
        target = f"{name}_{file.name}" if file.name == "c_info.json" else file.name
        if not (output / target).exists() and target.startswith((name, f"stai_{name}")):
            shutil.copyfile(file, output / target)


def _settle(output: Path, work: Path) -> None:
    """Takes the work folder and dates out of text files: the same inputs give the same bytes, in any folder."""
    for file in sorted(output.rglob("*")):
        if file.suffix in TEXT and file.is_file():
            text = file.read_text(encoding="utf-8", errors="surrogateescape")
            plain = _DATES.sub(lambda m: f'{m["key"]}""' if m["key"] else "", text.replace(str(work), "."))
            if plain != text:
                file.write_text(plain, encoding="utf-8", errors="surrogateescape")


def _record_model(info: Path, model: ModelFile) -> None:
    """Notes the source file's SHA-256 in c_info, where `compiler=prebuilt` compares it."""
    if not info.is_file():
        return
    try:
        document: dict[str, Any] = json.loads(info.read_text(encoding="utf-8"))
    except ValueError:
        return  # the reader says what is wrong with it
    own = document.setdefault("ingot", {"version": 1})
    own["model_sha256"] = model.sha256
    info.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
