# SPDX-License-Identifier: Apache-2.0
"""The verdict as text and as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from ingot.device.npu.judged import Judged, counts_line
from ingot.st.npu.judge.verdict import MOST, REASONS, EpochVerdict, Verdict


def verdict_text(judged: Judged, every: bool = False) -> str:
    """The verdict, readable. every: a line for each epoch."""
    verdict = judged.verdict
    lines = [
        f"{verdict.model}: {counts_line(verdict)}",
        f"  each epoch alone, with the tensors of {verdict.oracle}; inputs: {', '.join(judged.samples)}; "
        f"ties go {_ties(verdict.ties)}",
    ]
    apart = [item for item in verdict.hardware if item.buffers and item.largest > 1]
    if every:
        lines += ["", *(_epoch_line(item) for item in verdict.epochs), ""]
    names = ", ".join(str(item.epoch) for item in apart)
    lines.append(f"within one unit of the last place in all but these epochs: {names}" if apart else _all_near(verdict))
    if not every:
        lines += [_epoch_line(item) for item in apart]
    if verdict.without:
        lines.append("without counterpart in the model, so not judged:")
        lines += [f"  epoch {item.epoch}: {', '.join(item.results[:3])}" for item in verdict.without]
    if unbounded := [item for item in verdict.hardware if item.unbounded]:
        names = ", ".join(str(item.epoch) for item in unbounded)
        lines.append(f"nothing bounds what rounding does, so the largest difference is not judged: epochs {names}")
    held = [item for item in verdict.hardware if item.result.saturations]
    if held:
        lines.append("16-bit numbers that are held inside their range:")
        lines += [_held_line(item) for item in held]
    if verdict.outputs:
        lines.append("end to end, nothing replaced; predicted bytes:")
    for output in verdict.outputs:
        digest = hashlib.sha256(output.content).hexdigest()[:16]
        lines.append(
            f"  {output.name}: {output.differing:,} of {output.elements:,} differ from the model's, by at most "
            f"{output.largest:g}; cosine {output.cosine:.4f}; sha256 {digest}..."
        )
    beyond = sorted({item.epoch for item in verdict.hardware if item.result.beyond})
    if beyond:
        lines.append(f"sums beyond 24 bits, which nobody has verified: epochs {', '.join(map(str, beyond))}")
    lines.append(conclusion(verdict))
    return "\n".join(lines) + "\n"


def conclusion(verdict: Verdict) -> str:
    """`ok: ...` or `FAILED: ...`."""
    if verdict.wrong:
        names = ", ".join(str(item.epoch) for item in verdict.wrong)
        return f"FAILED: {verdict.model}: epochs {names} differ by more than their kind explains"
    return f"ok: {verdict.model}: every epoch with a counterpart is as near as its kind can be"


def _all_near(verdict: Verdict) -> str:
    return "within one unit of the last place in all epochs that have a counterpart"


def _ties(rule: str) -> str:
    return {"away": "away from zero", "up": "up", "even": "to even"}[rule]


def _epoch_line(item: EpochVerdict) -> str:
    head = f"  epoch {item.epoch:>3} {item.kind:<14}"
    if not item.buffers:
        return f"{head} without counterpart" if item.kind != "cpu" else f"{head} not compared"
    worst = item.worst
    text = f"{head} {100 * item.share:6.2f} % differ, by at most {worst.largest}: {worst.buffer}"
    if item.kind == "cpu":
        return f"{text} (a routine of Ingot's, not judged)"
    if item.largest > 1 or item.wrong:
        if item.held:
            return f"{text} (saturates)"
        if item.limit is None:
            return f"{text} (nothing bounds its rounding, not judged)"
        reason = REASONS.get(item.kind, "")
        if item.wrong and item.crowded:
            return f"{text} (more than {100 * MOST:.0f} % of the elements)"
        return f"{text} (more than {item.limit}: {reason})" if item.wrong else f"{text} (up to {item.limit}: {reason})"
    return text


def _held_line(item: EpochVerdict) -> str:
    parts = []
    for found in item.result.saturations:
        channels = sorted(found.channels, key=lambda channel: -found.channels[channel])
        where = f", channels {_listed(channels)}" if channels else ""
        parts.append(f"{found.unit} {found.count:,} of {found.of:,}{where}")
    effect = sum(found.count for found in item.result.effects)
    largest = max((found.largest for found in item.result.effects), default=0)
    after = f"{effect:,} results change, by at most {largest}" if effect else "no result changes"
    name = f" ({item.results[0]})" if item.results else ""
    return f"  epoch {item.epoch}{name}: {'; '.join(parts)}; {after}"


def _listed(numbers: Iterable[int]) -> str:
    found = [str(number) for number in numbers]
    return ", ".join(found[:6]) + (f" and {len(found) - 6} more" if len(found) > 6 else "")


def verdict_facts(judged: Judged) -> dict[str, Any]:
    """The verdict, for --json."""
    verdict = judged.verdict
    return {
        "model": verdict.model,
        "oracle": verdict.oracle,
        "ties": verdict.ties,
        "samples": list(judged.samples),
        "counts": verdict.counts(),
        "passed": not verdict.wrong,
        "wrong": [item.epoch for item in verdict.wrong],
        "without_counterpart": [{"epoch": item.epoch, "buffers": list(item.results)} for item in verdict.without],
        "epochs": [epoch_facts(item) for item in verdict.epochs],
        "outputs": [
            {
                "buffer": item.name,
                "tensor": item.tensor,
                "elements": item.elements,
                "differing": item.differing,
                "largest": item.largest,
                "cosine": item.cosine,
                "same_top": item.same_top,
                "sha256": hashlib.sha256(item.content).hexdigest(),
            }
            for item in verdict.outputs
        ],
    }


def epoch_facts(item: EpochVerdict) -> dict[str, Any]:
    """One epoch."""
    return {
        "epoch": item.epoch,
        "kind": item.kind,
        "limit": item.limit,
        "largest": item.largest if item.buffers else None,
        "share": item.share if item.buffers else None,
        "saturates": item.held,
        "wrong": item.wrong,
        "buffers": [vars(buffer) for buffer in item.buffers],
        "saturations": [
            {"unit": found.unit, "count": found.count, "of": found.of, "channels": dict(found.channels)}
            for found in item.result.saturations
        ],
        "effects": [vars(found) for found in item.result.effects],
        "beyond_24_bits": item.result.beyond,
    }
