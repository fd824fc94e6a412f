# SPDX-License-Identifier: Apache-2.0
"""Steps of `ingot.steps` as targets of SCons.

A step's inputs are file nodes; its options are one canonical JSON text in a Value node, because Value nodes of numbers
that hash alike (-1 and -2, 1 and True) are one node for SCons.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import SCons.Action
import SCons.Builder

from ingot.base.console import say_error
from ingot.base.errors import IngotError, os_error
from ingot.base.imports import import_one_at_a_time
from ingot.base.stamp import code_stamp
from ingot.link.summary import print_summary
from ingot.recipe.firmware import PROOFS


def add_step_builder(env: Any) -> None:
    """Gives the environment the builder that `add_step` uses.

    The environment may have INGOT_STEP_SAY, a function of step and label that gives a progress line, INGOT_RAN, a
    function of step, seconds and first target ("" when it failed) that is told of every step, and INGOT_THEN, the
    commands that come next when the board's firmware is proven.
    """
    action = SCons.Action.Action(_run, _describe)
    env.Append(BUILDERS={"IngotStep": SCons.Builder.Builder(action=action, multi=False)})


def add_step(
    env: Any,
    step: str,
    inputs: dict[str, Any],
    outputs: dict[str, Any],
    done: Any = "",
    also: Any = (),
    watch: Any = None,
    always: bool = False,
    label: str = "",
    keep: bool = False,
    **options: Any,
) -> Any:
    """One step as a target; returns its nodes in the order of `outputs`.

    inputs, outputs: argument -> a file or a list of files. done: the name of the target of a step without outputs; no
    such file is written. also: files it depends on without being given them.
    watch: what else makes it run again, anything JSON holds. always: it runs whenever it is asked for.
    label: what the progress line calls it. keep: what it wrote stays when it fails, because it says what is wrong.
    options: the step's other arguments; numbers, texts, lists, dicts.
    """
    job = {
        "step": step,
        "inputs": [[name, _count(files)] for name, files in inputs.items()],
        "outputs": [[name, _count(files)] for name, files in outputs.items()],
        "options": options,
        "watch": watch,
        "code": code_stamp(),
    }
    nodes = env.IngotStep(
        _flat(outputs.values()) or [done],
        [*_flat(inputs.values()), env.Value(json.dumps(job, sort_keys=True, separators=(",", ":")))],
        INGOT_LABEL=label.replace("$", "$$"),
        INGOT_KEEP=keep,
    )
    env.Depends(nodes, list(also))
    if always:
        env.AlwaysBuild(nodes)
        env.NoCache(nodes)  # else a cache with its files would be a reason not to run it
    if keep:
        env.Precious(nodes)
    return nodes


def _count(files: Any) -> int | None:
    """How a job says that an argument is a list: its length; a single file is None."""
    return len(files) if isinstance(files, list) else None


def _flat(values: Any) -> list[Any]:
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _arguments(counts: Any, nodes: Any) -> dict[str, Any]:
    """The nodes' paths by argument name; the names stand in the order of the nodes."""
    paths = iter([Path(str(node)) for node in nodes])
    return {name: next(paths) if count is None else [next(paths) for _ in range(count)] for name, count in counts}


def _run(target: Any, source: Any, env: Any) -> int:
    """Calls the step. A mistake of the user's is printed without a traceback and fails the target."""
    import_one_at_a_time()
    from ingot.steps.call import run_step

    job = json.loads(source[-1].read())
    arguments = _arguments(job["inputs"], source[:-1]) | _arguments(job["outputs"], target) | job["options"]
    started = time.monotonic()
    status = call(lambda: run_step(job["step"], arguments))
    if status and not env["INGOT_KEEP"]:
        for node in target:
            Path(str(node)).unlink(missing_ok=True)
    then = env.get("INGOT_THEN")
    if then and not status and job["step"] in PROOFS and not job["options"].get("twin"):
        print_summary(arguments["summary"], {}, then)
    if ran := env.get("INGOT_RAN"):
        ran(job["step"], time.monotonic() - started, "" if status else str(target[0]))
    return status


def call(function: Callable[[], Any]) -> int:
    """The status of a call: a mistake of the user's is printed without a traceback and fails."""
    try:
        function()
    except IngotError as error:
        say_once(error)
        return 1
    except OSError as error:
        say_error(os_error(error))
        return 1
    return 0


_SAID: set[str] = set()


def say_once(error: IngotError) -> None:
    """The message of a mistake, once in a build: several targets may fail of the same."""
    if str(error) not in _SAID:
        _SAID.add(str(error))
        say_error(error)


def _describe(target: Any, source: Any, env: Any) -> str:
    step = json.loads(source[-1].read())["step"]
    if say := env.get("INGOT_STEP_SAY"):
        return str(say(step, env.subst("$INGOT_LABEL") or str(target[0])))
    return f"ingot {step} -> {target[0]}"
