# SPDX-License-Identifier: Apache-2.0
"""The output was generated from this model file.

c_info and our own record carry the source file's signature: 128 bits as ST writes it (MD5 of the file, as outputs of
2.1 beside their .tflite and ONNX files show; a signature of another length is not compared), or the SHA-256 that Ingot
adds when it drives the tool.
Since ST does not document its signature, `check_signature: false` in model.yaml leaves that one out; Ingot's own is
always compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ingot.st.consistency.finding import Finding, Subject

RULE = "stale-output"


def stale(subject: Subject) -> Iterable[Finding]:
    if subject.model is None:
        return
    recorded, name = _signature(subject)
    if not recorded or not (subject.signature or subject.network.model_sha256):
        return
    digest = _digest(subject.model.data, recorded)
    if digest in ("", recorded):
        return
    remedy = "Generate it again from this model file, or give the file it was made from."
    if not subject.network.model_sha256:
        remedy += (
            " If it is that file (the signature is taken as its MD5), write check_signature: false into model.yaml's "
            "section stedgeai."
        )
    yield Finding(
        RULE,
        f"it was generated from another {name or 'model'}: its signature is {recorded[:12]}..., "
        f"that of {subject.model.name} is {digest[:12]}...",
        str(subject.output.path),
        remedy,
    )


def is_signed(subject: Subject, content: bytes) -> bool:
    """Whether the output records that it was made from a model file with this content."""
    recorded, _ = _signature(subject)
    return bool(recorded) and _digest(content, recorded) == recorded


def _digest(content: bytes, recorded: str) -> str:
    """The content's digest of the recorded one's kind, "" where that is not known."""
    kind = {32: hashlib.md5, 64: hashlib.sha256}.get(len(recorded))
    return kind(content).hexdigest() if kind else ""


def _signature(subject: Subject) -> tuple[str, str]:
    """(hexadecimal digits, file name) of the source model; empty when nothing is recorded."""
    if subject.network.model_sha256:
        return subject.network.model_sha256, subject.network.model
    environment = (subject.document or {}).get("environment")
    tools = environment.get("tools", []) if isinstance(environment, dict) else []
    for tool in tools[:1]:
        files = (tool.get("input_model") or {}).get("model_files") or []
        if len(files) == 1:  # several files have a signature each, of which the source is not known
            return str(files[0].get("signature", "")).lower().removeprefix("0x"), str(files[0].get("name", ""))
    return "", ""
