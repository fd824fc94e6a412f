# SPDX-License-Identifier: Apache-2.0
"""What became of a fleet: a table for people, JUnit XML for CI servers."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.shells.fleet.matrix import Outcome


def table(outcomes: Sequence[Outcome]) -> str:
    """One line an entry, and the sum."""
    rows = [("board", "model", "options", "state", "activations", "weights")]
    for item in outcomes:
        figures = [f"{item.facts[key]:,}" if key in item.facts else "" for key in ("peak", "weights")]
        rows.append((item.entry.board, item.entry.model, item.entry.label, item.state, *figures))  # type: ignore[arg-type]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [text.ljust(w) if i < 4 else text.rjust(w) for i, (text, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    failed = sum(item.failed for item in outcomes)
    return "\n".join([*lines, f"{len(outcomes)} entries, {failed} failed"]) + "\n"


def junit_xml(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as JUnit XML, for CI servers."""
    from xml.etree import ElementTree as xml

    failed = sum(item.failed for item in outcomes)
    suite = xml.Element("testsuite", name="ingot fleet", tests=str(len(outcomes)), failures=str(failed))
    for item in outcomes:
        name = f"{item.entry.model} {item.entry.label}".strip()
        case = xml.SubElement(suite, "testcase", classname=item.entry.board, name=name)
        if item.failed:
            xml.SubElement(case, "failure", message=_message(item.log)).text = item.log
    xml.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(suite, encoding="unicode") + "\n"


def _message(log: str) -> str:
    """The line that says what is wrong: Ingot's own, else the compiler's or linker's, else the last."""
    lines = [line for line in log.splitlines() if line.strip()] or ["failed"]
    for mark in ("ingot:", " error", "undefined reference"):
        for line in lines:
            if mark in line:
                return line.strip()
    return lines[-1].strip()
