# SPDX-License-Identifier: Apache-2.0
"""Jobs of a recipe as nodes of SCons.

Paths of a recipe count from the top folder, where SCons runs commands; `#` says so in any SConscript.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import SCons.Action
import SCons.Builder

from ingot.base.errors import IngotError
from ingot.link import toolchain
from ingot.recipe.job import CompileJob, Job, LinkJob, StepJob
from ingot.recipe.step import Files
from ingot.shells.scons.paths import command_path, dir_node, file_node, literal_words
from ingot.shells.scons.step import add_step, add_step_builder

#: Folders and launcher do not belong to the signature: the bytes are the same wherever the tree lies.
_COMPILE = "$( $INGOT_LAUNCHER $) $INGOT_CC -o $TARGET -c $INGOT_ARGUMENTS $( $INGOT_MAPS $) $SOURCE"
_LINK = "$INGOT_CC $SOURCES $INGOT_FLAGS -Wl,-T,$INGOT_SCRIPT -Wl,-Map=${TARGETS[1]} -o $TARGET"


def add_builders(env: Any) -> None:
    """Gives the environment the builders that `declare` uses.

    The environment may have INGOT_SAY, a function of group and text that gives a progress line, and INGOT_SPAWN, a
    function of group and spawn function that gives the spawn function of that group's commands.
    """
    add_step_builder(env)
    env.SetDefault(INGOT_LAUNCHER=toolchain.launcher(), INGOT_CCFLAGS=[])
    said = env.get("INGOT_SAY") is not None
    for name, command in (("IngotCompile", _COMPILE), ("IngotLink", _LINK)):
        action = SCons.Action.Action(command, "$INGOT_TEXT") if said else SCons.Action.Action(command)
        emitter = _known_to_editors if command == _COMPILE else None
        env.Append(BUILDERS={name: SCons.Builder.Builder(action=action, emitter=emitter)})


def from_top(env: Any, node: Any) -> str:
    """A node's path from the top folder; in an SConscript, SCons writes it from there."""
    return str(node.get_path(env.fs.Top))


_DECLARED: dict[tuple[int, str], tuple[str, Job]] = {}


def declared_jobs() -> list[Job]:
    """All jobs of this build so far."""
    return [job for _, job in _DECLARED.values()]


def declare(env: Any, jobs: Iterable[Job]) -> dict[str, Any]:
    """The nodes of all that the jobs write, by path; of a job that always runs also by its target's name.

    A file that was declared before with the same command (kernels that several networks share) is that node again.
    """
    nodes: dict[str, Any] = {}
    known: dict[Any, Any] = {}
    for job in jobs:
        nodes.update(_declared(env, job, known))
    return nodes


def _declared(env: Any, job: Job, known: dict[Any, Any]) -> dict[str, Any]:
    text = repr(job)
    # What writes no file is a target all the same; of two programs in one build each has its own.
    done = "" if job.outputs else f"{env.get('INGOT_BUILD', '.')}/.ingot-{job.target}-{_digest(text)}"  # type: ignore[union-attr]
    key = (id(env.fs), done or job.outputs[0])
    if key in _DECLARED:
        if _DECLARED[key][0] != text:
            raise IngotError(
                f"'{job.outputs[0]}' would be written by two commands that differ",
                remedy="Give networks and programs that differ folders of their own: out= and the target's name.",
            )
        nodes = {path: file_node(env, path) for path in job.outputs}
        targets = list(nodes.values()) or [file_node(env, done)]
        return {**nodes, job.target: targets} if isinstance(job, StepJob) and job.target else nodes
    _DECLARED[key] = (text, job)
    if isinstance(job, StepJob):
        return _step(env, job, done)
    for path in (*job.outputs, *job.inputs, *(job.folders if isinstance(job, CompileJob) else ())):
        command_path(path, "a path of the build")
    if isinstance(job, CompileJob):
        made = _compile(env, job, known)
    else:
        made = _link(env, job)
    return dict(zip(job.outputs, made, strict=True))


def _known_to_editors(target: Any, source: Any, env: Any) -> tuple[Any, Any]:
    """SCons's tool compilation_db, where somebody uses it, gets an entry for the file, as for those of env.Object."""
    if "CompilationDatabase" in env["BUILDERS"]:
        env["BUILDERS"]["StaticObject"].emitter(target, source, env)
    return target, source


def _common(env: Any, group: str, text: str) -> dict[str, Any]:
    """Overrides of all commands: the toolchain's PATH, and where something is told, what."""
    more: dict[str, Any] = {"ENV": {**env["ENV"], **toolchain.compiler_environment()}}
    if say := env.get("INGOT_SAY"):
        more["INGOT_TEXT"] = say(group, text) or "@"
    if spawn := env.get("INGOT_SPAWN"):
        more["SPAWN"] = spawn(group, env["SPAWN"])
    return more


def show_to_editors(env: Any, jobs: Iterable[CompileJob]) -> None:
    """Entries of compilation_db for files that a step compiles."""
    known: dict[Any, Any] = {}
    for job in jobs:
        own = _environment(env, job, known)
        _known_to_editors([file_node(env, job.target)], [file_node(env, job.source)], own)


def _compile(env: Any, job: CompileJob, known: dict[Any, Any]) -> Any:
    made = _environment(env, job, known).IngotCompile(file_node(env, job.target), file_node(env, job.source))
    # SCons finds what a file includes, but not what a flag does.
    if included := [header for header in job.headers if header in job.flags]:
        env.Depends(made, _files(env, included))
    env.Requires(made, _files(env, job.headers))
    return made


def _environment(env: Any, job: CompileJob, known: dict[Any, Any]) -> Any:
    """known: environments by what they compile with; most files of a firmware are compiled in the same way."""
    key = (job.compiler, tuple(job.arguments), job.folders, job.group)
    if key not in known:
        group, _, text = job.group.partition("|")
        known[key] = env.Override(
            {
                "CCCOM": _COMPILE,  # as compilation_db reads it
                "INGOT_CC": job.compiler,
                "INGOT_ARGUMENTS": literal_words(job.arguments),
                "INGOT_MAPS": literal_words(toolchain.prefix_maps()),
                "CPPPATH": [dir_node(env, folder) for folder in job.folders],
                "CPPDEFINES": [],
                **_common(env, group, f"@{text}"),
            }
        )
    return known[key]


def _link(env: Any, job: LinkJob) -> Any:
    script = file_node(env, job.script)
    made = env.IngotLink(
        _files(env, job.outputs),
        _files(env, (*job.objects, *job.libraries)),
        INGOT_CC=job.compiler,
        INGOT_FLAGS=literal_words(job.flags),
        INGOT_SCRIPT=script,
        **_common(env, "link", job.elf),
    )
    env.Depends(made, script)
    env.Requires(made, _files(env, [job.intact] if job.intact else []))
    return made


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _step(env: Any, job: StepJob, done: str) -> dict[str, Any]:
    step = job.step
    outputs = {name: _map(env, files) for name, files in step.outputs.items()}
    made = add_step(
        env,
        step.name,
        {name: _map(env, files) for name, files in step.inputs.items()},
        outputs,
        done=file_node(env, done) if done else "",
        also=_files(env, job.also),
        watch=job.watch,
        always=job.always,
        label=job.label,
        keep=job.keep,
        **step.options,
    )
    if job.folder:
        env.Clean(made, dir_node(env, job.folder))
    if "compiler" in step.options:
        # As of the commands that SCons runs itself, the compiler is a source.
        path = toolchain.compiler_environment().get("PATH")
        if compiler := env.WhereIs(step.options["compiler"], path):
            env.Depends(made, env.fs.File(compiler))
    nodes = dict(zip(job.outputs, made, strict=False))
    return {**nodes, job.target: made} if job.target else nodes


def _map(env: Any, files: Files) -> Any:
    return file_node(env, files) if isinstance(files, str) else _files(env, files)


def _files(env: Any, paths: Iterable[str]) -> list[Any]:
    return [file_node(env, path) for path in paths]


def folders(env: Any, paths: Iterable[str]) -> list[Any]:
    """Nodes of folders, for CPPPATH."""
    return [dir_node(env, path) for path in paths]


def pick(nodes: Mapping[str, Any], paths: Iterable[str]) -> list[Any]:
    """The nodes of some paths, in that order."""
    return [nodes[path] for path in paths]
