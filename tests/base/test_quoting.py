# SPDX-License-Identifier: Apache-2.0
"""Paths and words in the languages of builds: read back by the real tools, and written as on Windows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.depfile import write_depfile
from ingot.base.quoting import (
    cmake_text,
    command_text,
    command_words,
    forward,
    is_absolute,
    linker_words,
    make_command,
    make_path,
    make_value,
    make_words,
    ninja_path,
    ninja_value,
)

#: Names of files that a shell, Make, Ninja or CMake could misread.
NAMES = ("a b", "a#b", "a$b", "a:b", "a%b", "a\\b", "a\\ b", "a\\#b", "a'b", 'a"b', "a(b", "a,b", "a&b", "${b}", "-ü")
WINDOWS = ("C:\\Users\\A B\\net.tflite", "d:\\x#y\\$z.c", "\\\\server\\share\\model.yaml", "build\\n6dk\\network.c")


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


#: Ninja cuts these in a depfile, and builds again at every call (findings/ninja-depfile-names.sh).
NOT_OF_NINJA = ("a\\#b", "a'b", 'a"b', "a&b")


def sources(folder: Path, names: Iterable[str] = NAMES) -> list[str]:
    names = [f"in{name}" for name in names]
    for name in names:
        (folder / name).write_text(name)
    return names


@needs("make")
def test_make_reads_every_name(tmp_path: Path) -> None:
    """As a prerequisite, a target, a word of a command, and in a depfile."""
    lines = [f"all: {make_words([f'out{name}' for name in NAMES])}"]
    for name, source in zip(NAMES, sources(tmp_path), strict=True):
        copy = make_command(["cp", f"./{source}", f"./out{name}"])
        lines += [f"{make_path(f'out{name}')}: {make_path(source)}", f"\t@{copy}"]
        write_depfile(tmp_path / "deps", [f"out{name}"], [source, "more"], phony=True)
        lines.append((tmp_path / "deps").read_text())
    lines += ["more:", f"text := {make_value('a $x # b')}", "$(info $(text))"]
    (tmp_path / "Makefile").write_text("\n".join(lines) + "\n")
    done = subprocess.run(["make", "-C", tmp_path, "--no-print-directory"], capture_output=True, text=True)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines()[0] == "a $x # b"
    assert [(tmp_path / f"out{name}").read_text() for name in NAMES] == [f"in{name}" for name in NAMES]


@needs("ninja")
def test_ninja_reads_every_name(tmp_path: Path) -> None:
    lines = ["rule copy", "  command = $what", "  depfile = $dep"]
    names = [name for name in NAMES if name not in NOT_OF_NINJA]
    for number, (name, source) in enumerate(zip(names, sources(tmp_path, names), strict=True)):
        lines.append(f"build {ninja_path(f'out{name}')}: copy {ninja_path(source)}")
        lines.append(f"  what = {ninja_value(command_text(['cp', f'./{source}', f'./out{name}'], windows=False))}")
        lines.append(f"  dep = {number}.d")
        write_depfile(tmp_path / f"{number}.d", [f"out{name}"], [source])
    (tmp_path / "build.ninja").write_text("\n".join(lines) + "\n")
    for expected in ("[", "no work to do"):  # the depfiles are read at the second run
        done = subprocess.run(["ninja", "-C", tmp_path, "-d", "explain"], capture_output=True, text=True)
        assert done.returncode == 0 and expected in done.stdout, done.stdout + done.stderr
    assert [(tmp_path / f"out{name}").read_text() for name in names] == [f"in{name}" for name in names]


@needs("cmake")
def test_cmake_reads_every_text(tmp_path: Path) -> None:
    texts = [*NAMES, *WINDOWS, "$<TARGET:x>", "@b@"]
    lines = [f'file(APPEND out {cmake_text(text)})\nfile(APPEND out "\\n")' for text in texts]
    (tmp_path / "script.cmake").write_text("\n".join(lines))
    subprocess.run(["cmake", "-P", "script.cmake"], cwd=tmp_path, check=True)
    assert (tmp_path / "out").read_text().splitlines() == texts


@pytest.mark.parametrize("path", WINDOWS)
def test_paths_of_windows(path: str) -> None:
    there = PureWindowsPath(path)
    assert forward(there) == forward(path, windows=True) == there.as_posix()
    assert PureWindowsPath(forward(there)) == there
    assert is_absolute(path) == is_absolute(there.as_posix()) == there.is_absolute()
    assert forward(path, windows=False) == path


def test_a_drive_keeps_its_colon_in_make_and_not_in_ninja() -> None:
    path = forward(PureWindowsPath("C:\\my nets\\a#1.c"))
    assert make_path(path, windows=True) == "C:/my\\ nets/a\\#1.c"
    assert make_path(path, windows=False) == "C\\:/my\\ nets/a\\#1.c"
    assert ninja_path(path) == "C$:/my$ nets/a#1.c"
    assert make_words([path, "d:/x"], windows=True) == "C:/my\\ nets/a\\#1.c d:/x"


def test_words_of_windows_are_taken_apart_as_a_process_does() -> None:
    words = ["C:\\Program Files\\py.exe", "-m", "ingot", 'a"b', "C:\\x\\"]
    assert command_text(words, windows=True) == '"C:\\Program Files\\py.exe" -m ingot a\\"b C:\\x\\'
    assert command_words('"C:\\Program Files\\py.exe" -m ingot', windows=True) == words[:3]
    assert command_words("'my ccache' -x", windows=True) == ["my ccache", "-x"]


def test_the_linker_gets_a_path_whole() -> None:
    assert linker_words("-T", "a/b.ld") == ["-Wl,-T,a/b.ld"]
    assert linker_words("-Map=", "a/b.map") == ["-Wl,-Map=a/b.map"]
    assert linker_words("-T", "a,b.ld") == ["-Xlinker", "-T", "-Xlinker", "a,b.ld"]
    assert linker_words("-Map=", "a,b.map") == ["-Xlinker", "-Map=a,b.map"]


@settings(max_examples=300)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), max_size=5))
def test_a_command_is_read_back(words: list[str]) -> None:
    assert command_words(command_text(words, windows=False), windows=False) == words


PARTS = st.lists(st.text("abc $#:;,'\"(){}%\\", min_size=1, max_size=8), min_size=1, max_size=3)


def unmade(text: str) -> str:
    """A word of Make as its manual says: `$$` is `$`; backslashes in front of a quoted letter are halved."""
    found, at = "", 0
    text = text.replace("$$", "$")
    while at < len(text):
        end = at
        while end < len(text) and text[end] == "\\":
            end += 1
        count = end - at
        if end < len(text) and text[end] in " #:" and count:
            assert count % 2, f"an unquoted {text[end]!r} in {text!r}"
            found, at = found + "\\" * (count // 2) + text[end], end + 1
        else:
            assert end == len(text) or text[end] not in " #:", f"an unquoted {text[end]!r} in {text!r}"
            found, at = found + text[at : end + 1], end + 1
    return found


@settings(max_examples=300)
@given(PARTS)
def test_a_path_of_make_is_read_back(parts: list[str]) -> None:
    path = str(PurePosixPath(*parts))
    assert unmade(make_path(path, windows=False)) == path


@pytest.mark.slow
@settings(max_examples=300)
@given(PARTS, st.sampled_from("CDz"))
def test_a_path_of_windows_is_read_back(parts: list[str], drive: str) -> None:
    path = forward(PureWindowsPath(f"{drive}:\\", *[part.replace(":", "").replace("\\", "") or "x" for part in parts]))
    quoted = make_path(path, windows=True)
    assert quoted.startswith(f"{drive}:/")
    assert drive + ":" + unmade(quoted[2:]) == path
