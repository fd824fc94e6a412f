# SPDX-License-Identifier: Apache-2.0
"""bootstrap on machines that are made of stubs: what it installs, what it says, and that a second run does nothing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ingot.base.places import ROOT

PACKAGES = "python3-venv gcc libc6-dev gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"

APT = """\
#!/bin/sh
echo "apt-get $*" >>"$LOG"
case "$1" in install)
    for tool in cc arm-none-eabi-gcc qemu-system-arm; do
        printf '#!/bin/sh\\necho "$0"\\n' >"$BIN/$tool"; chmod +x "$BIN/$tool"
    done
    touch "$BIN/.venv-module"
    echo "Reading package lists..."
    echo "Need to get 158 MB of archives."
    echo "After this operation, 1,234 MB of additional disk space will be used."
    echo "Setting up gcc-arm-none-eabi (15:12.2.rel1-1) ..." ;;
esac
"""

PYTHON = """\
#!/bin/sh
case "$1 $2" in
"-m venv") mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
"-m pip") echo "pip $*" >>"$LOG" ;;
"-c import ensurepip, venv") test -f "$BIN/.venv-module" ;;
"-c import pip") test "$0" != "$BIN/python3" ;;
esac
"""


class Machine:
    """A copy of bootstrap on a PATH with nothing but a few basic tools and stubs."""

    def __init__(self, folder: Path, user: int) -> None:
        self.folder, self.bin, self.log = folder / "ingot", folder / "bin", folder / "log"
        self.folder.mkdir()
        self.bin.mkdir()
        for name in ("bootstrap", "requirements.txt", "requirements-test.txt", "pyproject.toml"):
            shutil.copy(ROOT / name, self.folder / name)
        for tool in ("sh", "dirname", "cat", "cksum", "env", "mkdir", "cp", "chmod", "touch", "test", "du"):
            found = shutil.which(tool)
            assert found is not None
            (self.bin / tool).symlink_to(found)
        self.stub("id", f"#!/bin/sh\necho {user}\n")
        self.stub("apt-get", APT)
        self.stub("python3", PYTHON)

    def stub(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {"PATH": str(self.bin), "LOG": str(self.log), "BIN": str(self.bin), "HOME": str(self.folder)}
        return subprocess.run(
            ["./bootstrap", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def logged(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, user=0)


def test_it_installs_what_is_missing_and_says_so(machine: Machine) -> None:
    done = machine.run("cat", "requirements.txt")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "requirements.txt").read_text()
    install = next(line for line in machine.logged() if line.startswith("apt-get install"))
    assert install.endswith(PACKAGES)
    assert any("-r" in line and line.endswith("requirements.txt") for line in machine.logged())
    shown = [line.removeprefix("bootstrap: ") for line in done.stderr.splitlines()]
    assert shown[:-1] == [
        f"installing Debian packages: {PACKAGES} ",
        "Need to get 158 MB of archives.",
        "After this operation, 1,234 MB of additional disk space will be used.",
        "  gcc-arm-none-eabi (15:12.2.rel1-1) ...",
        "making .venv",
        "installing Python packages into .venv: requirements.txt, for a build and the twin",
    ]
    assert re.fullmatch(r"ready: \.venv takes \d+ MB", shown[-1])


def test_a_debian_package_that_does_not_install_stops_it(machine: Machine) -> None:
    machine.stub("apt-get", '#!/bin/sh\ntest "$1" = update && exit 0\necho "E: no space" >&2\nexit 100\n')
    done = machine.run("cat", "bootstrap")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.splitlines()[-2:] == ["E: no space", f"bootstrap: apt-get could not install: {PACKAGES} "]


def test_the_second_run_only_runs_the_command(machine: Machine) -> None:
    machine.run()
    before = machine.logged()
    done = machine.run("cat", "pyproject.toml")
    assert done.stdout == (ROOT / "pyproject.toml").read_text() and done.stderr == ""
    assert machine.logged() == before


def test_a_build_does_not_install_what_only_the_tests_need(machine: Machine) -> None:
    machine.run("cat", "bootstrap")
    installs = [line for line in machine.logged() if "--require-hashes" in line]
    assert [line.rsplit("/", 1)[-1] for line in installs] == ["requirements.txt"]


def test_what_the_tests_need_is_all_that_a_build_needs(machine: Machine) -> None:
    for name in ("ruff", "mypy"):
        machine.stub(name, "#!/bin/sh\n")
    machine.run("test")
    before = machine.logged()
    done = machine.run("cat", "bootstrap")
    assert done.returncode == 0 and done.stderr == "" and machine.logged() == before


def test_python_packages_come_from_a_folder_of_wheels(machine: Machine) -> None:
    (machine.folder / "wheels").mkdir()
    assert machine.run("--wheelhouse", "wheels", "cat", "bootstrap").returncode == 0
    installs = [line for line in machine.logged() if line.startswith("pip") and " install " in line]
    assert len(installs) == 2
    for line in installs:
        assert f"--no-index --find-links {machine.folder / 'wheels'} " in line
    done = machine.run("--wheelhouse", "absent")
    assert done.returncode == 1 and "--wheelhouse takes a folder of wheels" in done.stderr


PIP = """\
case "$1 $2" in "-m pip")
    echo "Collecting numpy==2.4.6 (from -r requirements.txt (line 1))"
    echo "  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl.metadata (6.6 kB)"
    echo "  Downloading numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (16.9 MB)"
    echo "Using cached lief-1.0.0-cp311-cp311-manylinux_2_28_x86_64.whl (3.1 MB)"
    echo "ERROR: No matching distribution found for tflite==2.18.0" >&2
    exit 1
esac
"""


def test_it_shows_what_is_large_and_why_pip_failed(machine: Machine) -> None:
    machine.stub("python3", PYTHON + PIP)
    done = machine.run("cat", "bootstrap")
    assert done.returncode == 1 and done.stdout == ""
    lines = done.stderr.splitlines()
    at = lines.index("bootstrap:   numpy 16.9 MB")
    assert lines[at + 1 : at + 3] == [
        "bootstrap:   lief 3.1 MB",
        "bootstrap: pip: No matching distribution found for tflite==2.18.0",
    ]
    assert "could not install the packages of requirements.txt" in lines[at + 3] and len(lines) == at + 4


def test_other_requirements_or_a_missing_tool_make_it_look_again(machine: Machine) -> None:
    machine.run()
    (machine.folder / "requirements.txt").write_text("numpy==2.0\n")
    count = len(machine.logged())
    machine.run()
    assert len(machine.logged()) > count
    (machine.bin / "qemu-system-arm").unlink()
    count = len(machine.logged())
    machine.run()
    assert any(line.startswith("apt-get install") and "qemu-system-arm" in line for line in machine.logged()[count:])


def test_without_root_it_prints_the_command_and_stops(tmp_path: Path) -> None:
    machine = Machine(tmp_path, user=1000)
    done = machine.run("cat", "requirements.txt")
    assert done.returncode == 1 and done.stdout == ""
    command = f"  apt-get update && apt-get install -y --no-install-recommends {PACKAGES}"
    assert command in [line.rstrip() for line in done.stderr.splitlines()]
    assert machine.logged() == [] and not (machine.folder / ".venv").exists()


@pytest.mark.parametrize("user", [0, 1000])
def test_the_tests_want_the_other_build_systems_but_run_without(tmp_path: Path, user: int) -> None:
    machine = Machine(tmp_path, user=0)
    machine.run()
    machine.stub("id", f"#!/bin/sh\necho {user}\n")
    for name in ("ruff", "mypy", "make", "cmake", "ninja", "ccache", "distccd"):
        machine.stub(name, f'#!/bin/sh\necho "{name} $*" >>"$LOG"\n')
    before = len(machine.logged())
    done = machine.run("test")
    assert done.returncode == 0, done.stderr
    logged = machine.logged()[before:]
    installs = [line.rsplit(" ", 1)[-1] for line in logged if line.startswith("apt-get install")]
    assert installs == (["g++"] if user == 0 else [])
    assert any("requirements-test.txt" in line for line in logged)
    assert ("tests that need them are skipped: g++" in done.stderr) == (user != 0)
    assert "ruff check ." in logged


def test_a_failing_command_fails(machine: Machine) -> None:
    machine.run()
    assert machine.run("cat", "absent").returncode != 0


def test_it_needs_no_bash(machine: Machine) -> None:
    assert (ROOT / "bootstrap").read_text().startswith("#!/bin/sh\n")
    assert os.access(ROOT / "bootstrap", os.X_OK) and os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "bash" not in {path.name for path in machine.bin.iterdir()}
    assert machine.run("cat", "bootstrap").returncode == 0
