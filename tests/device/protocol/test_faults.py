# SPDX-License-Identifier: Apache-2.0
"""Ten thousand faults on the line: every result is right, nothing hangs, nothing runs twice."""

import pytest

from ingot.base.errors import IngotError
from ingot.device.protocol.client import Client, DeviceReset
from support.host_library import needs_cc
from support.served import BadLine

pytestmark = needs_cc


def client_of(line: BadLine, patience: float = 600.0) -> Client:
    return Client(line, first_wait=0.1, longest_wait=1.0, patience=patience, clock=line.clock)


def infer_under_faults(line: BadLine, until: int) -> tuple[int, int]:
    """Inferences until so many faults have happened; (right results, resets that were noticed)."""
    client = client_of(line)
    served = client.hello()
    right = resets = 0
    while sum(line.faults.values()) < until:
        inputs = line.random.randbytes(line.bytes)
        before = line.library.fixture_runs()
        try:
            answer = client.infer(inputs, served.output_bytes)
        except DeviceReset:
            resets += 1
            served = client.hello()
            continue
        assert answer.outputs == inputs[::-1]
        runs = line.library.fixture_runs()
        assert runs == before + 1 or runs == 1
        assert answer.cost == 0x200000000 + runs
        right += 1
    return right, resets


@pytest.mark.slow
@pytest.mark.parametrize(("size", "every", "seed"), [(40, 60, 1), (40, 150, 2), (1500, 1000, 3)])
def test_results_are_right_under_faults(size: int, every: int, seed: int) -> None:
    line = BadLine(seed=seed, every=every, bytes=size)
    right, resets = infer_under_faults(line, 2500)
    assert right > 200 and resets == 0
    assert all(count > 400 for kind, count in line.faults.items() if kind != "reset")


def test_results_are_right_under_faults_and_resets() -> None:
    line = BadLine(seed=4, every=150, resets=30)
    right, resets = infer_under_faults(line, 3000)
    assert right > 200 and resets > 50 and line.faults["reset"] >= resets


def test_nothing_is_repeated_on_a_good_line() -> None:
    line = BadLine(bytes=1500)
    client = client_of(line)
    served = client.hello()
    assert (served.name, served.unit, served.input_bytes, served.output_bytes) == ("network", "cycles", 1500, 1500)
    assert served.init == 0x100000002
    inputs = bytes(range(250)) * 6
    assert client.infer(inputs, 1500).outputs == inputs[::-1]
    assert client.epochs() == tuple(7 * epoch for epoch in range(300))
    client.end()
    assert client.repeated == 0


def test_a_mute_firmware_is_given_up() -> None:
    line = BadLine(mute=True)
    with pytest.raises(IngotError, match="does not answer within 3 s") as caught:
        client_of(line, patience=3).hello()
    assert "port=" in caught.value.remedy
    assert line.now < 10


def test_a_reset_is_noticed_between_run_and_read() -> None:
    line = BadLine()
    client = client_of(line)
    client.hello()
    line.library.fixture_reset(40)
    with pytest.raises(DeviceReset):
        client.infer(bytes(40), 40)
    client.hello()
    assert client.infer(bytes(40), 40).outputs == bytes(40)


def test_commands_are_executed_once_under_faults() -> None:
    """What the fixture says begins with the number of the commands before."""
    line = BadLine(seed=5, every=800)
    client = client_of(line)
    client.hello()
    for number in range(40):
        command = "fails" if number % 7 == 3 else f"command number {number:04}, with some words"
        status, said = client.command(command)
        assert status == (7 if command == "fails" else 0)
        assert said == bytes((number, 0, 0, 0)).decode() + 50 * command
    assert client.repeated > 10 and sum(line.faults.values()) > 100
