# SPDX-License-Identifier: Apache-2.0
"""A folder that any shell can really build in: model, stand-ins for ST's tool and runtime, a program.

The network that stands for ST's compiles and is linked (`StImageNetwork`); its weights follow the model's file, so that
a retrained model gives new weights and the same C.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from ingot.base.places import ROOT
from ingot.st.prebuilt.describe import describe_output, render_description
from ingot.st.prebuilt.output import open_output
from support.pose_model import pose_model
from support.st_network import WEIGHTS, StImageNetwork
from support.st_pack import make_reloc_pack

VERSION = (1, 1, 1, 14)
"""The newest whose blobs may stand among the params: later ones want an alignment that params lack."""
TOOL = "ST Edge AI Core v3.0.0-20426 123672867"

MAIN = """\
/* A program that keeps the network: what a shell forgets to link is missed here. */
#include <stdbool.h>
extern const void *LL_ATON_EpochBlockItems_network(void);
extern bool LL_ATON_EC_Network_Init_network(void);

int main(void)
{
    return LL_ATON_EC_Network_Init_network() && LL_ATON_EpochBlockItems_network() ? 0 : 1;
}
"""

PROGRAM = """\
#!{python}
import sys
sys.path[:0] = {path!r}
from support.real_folder import tool
tool(sys.argv[1:])
"""


def make_real_folder(folder: Path) -> None:
    """Everything that is built from. The folder may have files already."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.yaml").write_text("name: net\nsource: {file: net.tflite}\nstedgeai: {check_signature: false}\n")
    made = f"{{file: gone.tflite, stand_in: make.py, sha256: '{'0' * 64}'}}"
    (folder / "made.yaml").write_text(f"name: net\nsource: {made}\n")
    (folder / "make.py").write_text("raise SystemExit('nobody runs this')\n")
    (folder / "myapp").mkdir()
    (folder / "myapp/main.c").write_text(MAIN)
    train(folder, 0)
    _make_pack(folder / "pack")
    program = folder / "core/Utilities/linux/stedgeai"
    program.parent.mkdir(parents=True)
    path = [str(ROOT / "tests"), str(ROOT / "site_scons")]
    program.write_text(PROGRAM.format(python=sys.executable, path=path))
    program.chmod(0o755)


def train(folder: Path, seed: int) -> None:
    """New weights for the same graph: in the model's file, and in the output that `prebuilt` takes over."""
    model = pose_model(seed, signatures=("serving_default", "other"))
    (folder / "net.tflite").write_bytes(model)
    # "st_ai_output" and "other_output": a value of st_output= and another one, with the same content.
    for name in ("st_ai_output", "other_output"):
        _write_output(folder / name, model, relative=False, described=False)
    _write_output(folder / "relative_output", model, relative=True, described=False)  # for images only


def _make_pack(root: Path) -> None:
    """ST's runtime: the stand-in for images, and for firmware Ingot's own text under ST's file names."""
    make_reloc_pack(root, VERSION)
    ll_aton, runtime = root / "Npu/ll_aton", ROOT / "firmware/runtime"
    (ll_aton / "ll_aton_runtime.c").write_text((runtime / "ll_aton_runtime.c").read_text())
    loader = ll_aton / "ecloader.c"
    text = loader.read_text()
    start, end = text.index("#ifndef BUILD_AI"), text.index("bool ec_copy_blob")
    loader.write_text(f"{text[:start]}{text[end:]}")  # its checks are those of an image


def _write_output(folder: Path, model: bytes, relative: bool, described: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = StImageNetwork(version=VERSION, relative=relative).files()
    files["network_atonbuf.xSPI2.raw"] = hashlib.sha256(model).digest() * 2
    assert len(files["network_atonbuf.xSPI2.raw"]) == len(WEIGHTS)
    files["network.h"] = b"/* network.h */\n"
    files["stai_network.h"] = files["stai_network.c"] = b"/* stai_network */\n"
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if described:
        (folder / "network_c_info.json").write_text(render_description(describe_output(open_output(folder))))


def tool(words: list[str]) -> None:
    """The stand-in for `stedgeai`: with relative pools in its memory pool file, it writes them relative."""
    if words == ["--version"]:
        print(TOOL)
        return
    import json

    options = dict(zip(words[1::2], words[2::2], strict=False))
    profile = json.loads(Path(options["--st-neural-art"].partition("@")[2]).read_text())
    pools = Path(profile["Profiles"]["ingot"]["memory_pool"]).read_text()
    model = Path(options["-m"]).read_bytes()
    _write_output(Path(options["--output"]), model, "USEMODE_RELATIVE" in pools, described=True)
