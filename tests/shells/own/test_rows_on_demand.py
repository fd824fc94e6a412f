# SPDX-License-Identifier: Apache-2.0
"""The example's network is given rows by a camera, and its application gets the rows that the reference computes."""

import re
import zlib

import numpy as np
import pytest

from ingot.device.run.oracle import Reference
from support.pose_model import SIZE, pose_model
from support.scons_project import Project


@pytest.mark.emulated
def test_rows_give_what_the_reference_gives(project: Project) -> None:
    project.model_yaml.write_text(
        "name: small\nsource: {file: small.tflite}\n"
        "io: {input: rows, output: rows}\napplication: ../../examples/rows_on_demand\n"
    )
    build = project.build("firmware", "emulate", "verify", "app=examples/rows_on_demand")
    found = re.findall(r"frame (\d): output 0x([0-9A-Fa-f]{8})", build.out)

    reference = Reference(pose_model(0))
    place = np.arange(SIZE * SIZE * 3)
    expected = []
    for frame in range(2):
        pixels = (place * 7 + (place >> 8) + frame * 31).astype(np.uint8).reshape(1, SIZE, SIZE, 3)
        expected.append((str(frame), zlib.crc32(reference.run([pixels])[0].tobytes())))
    assert [(frame, int(crc, 16)) for frame, crc in found] == expected
    assert "equal to LiteRT's reference kernels, byte for byte" in build.out
