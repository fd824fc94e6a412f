# SPDX-License-Identifier: Apache-2.0
"""Sending a package over a serial line to a firmware such as firmware/apps/model_update, and asking what it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError
from ingot.update.package import HEADER_SIZE, parse_package

if TYPE_CHECKING:
    from ingot.device.protocol.client import Client

#: ingot_update_status of firmware/runtime/ingot_update.h.
REFUSALS = {
    -1: "its flash could not be written, or reads back otherwise",
    -2: "a model is on trial, or nothing was begun",
    -3: "the model does not fit its slot, or the package is not complete",
    -4: "the chunk does not follow the last one",
    -5: "what arrived is not a model that it may run",
    -6: "it has this version already (replayed)",
    -7: "it has a newer version (downgrade)",
    -8: "it has no model that may be run",
    -9: "this is no package, or one of another format",
    -10: "no key that it knows signed the package (forged)",
    -11: "the package is for another board",
    -12: "the package is for a device that runs another model",
    -13: "the patch is damaged",
    -14: "what the patch made is not what was packed",
    -15: "the model computes something else than its golden outputs",
    -16: "the model was started on trial and not confirmed",
}
ORDER = -4


def send_package(client: Client, content: bytes, shown: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Sends all of it; the model is on trial at the device's next start. shown: bytes so far, and all.

    Raises IngotError with the device's reason.
    """
    at = _resumed(client, content)
    while at < len(content):
        # The header goes alone: what it says is checked before anything is erased.
        size = client.largest_update if at >= HEADER_SIZE else HEADER_SIZE - at
        status, received = client.update(at, content[at : at + size])
        if status and status != ORDER:
            raise refused(status)
        if received <= at and status == ORDER:
            raise refused(status)
        at = received
        shown(at, len(content))
    status, _ = client.update(len(content), b"")
    if status:
        raise refused(status)


def _resumed(client: Client, content: bytes) -> int:
    """Where to go on: what the device has of this very package, else 0."""
    report = report_of(client)
    package = parse_package(content, "package")
    received = int(report.get("received", "0"))
    return received if report.get("package") == package.to_digest.hex() and received <= len(content) else 0


def refused(status: int) -> IngotError:
    return IngotError(
        f"the device refuses the update ({status}): {REFUSALS.get(status, 'an unknown reason')}", where="serial line"
    )


def report_of(client: Client) -> dict[str, str]:
    """What the device runs, by the words of its report."""
    client.hello()
    status, said = client.command("report")
    if status:
        raise IngotError("the firmware has no report", where="serial line", remedy="Is it one like app=model_update?")
    return parse_report(said, "serial line")


#: What to do about a damaged one.
NEW_REPORT = "Make one with `ingot update report --port`."


def parse_report(text: str, where: str) -> dict[str, str]:
    """A report as the device prints it: a word and its value a line. Raises IngotError."""
    found = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)
    for word in ("board", "version", "slot_bytes"):
        if word not in found:
            raise IngotError(f"the report has no '{word}'", where=where, remedy=NEW_REPORT)
    for word in ("version", "slot_bytes", "bytes", "received", "given_up"):
        if not found.get(word, "0").isascii() or not found.get(word, "0").isdigit() or len(found.get(word, "0")) > 10:
            raise IngotError(f"the report's '{word}' is no number", where=where, remedy=NEW_REPORT)
    return found
