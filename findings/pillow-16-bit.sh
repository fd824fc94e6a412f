#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: Image.convert("L") or ("RGB") brings a 16-bit picture, of a depth or thermal camera, to 8 bits by its range.
# What happens: it cuts off at 255: every pixel above 1/257 of full scale becomes white, without a warning. A set of
# calibration or training pictures read by convert("RGB") is white pictures.
# Seen with: Pillow 13.0.0
set -eu
. "$(dirname "$0")/common"
packages pillow==13.0.0 numpy==2.4.6
cd "$work"
python - <<'PYTHON' | recorded 'in the file [0, 100, 255, 300, 1000, 30000, 65535]
L           [0, 100, 255, 255, 255, 255, 255]
RGB         [0, 100, 255, 255, 255, 255, 255]'
import numpy as np
from PIL import Image

pixels = np.array([[0, 100, 255, 300, 1000, 30000, 65535]], np.uint16)
Image.fromarray(pixels).save("depth.png")
picture = Image.open("depth.png")
print("in the file", np.array(picture)[0].tolist())
print("L          ", np.array(picture.convert("L"))[0].tolist())
print("RGB        ", np.array(picture.convert("RGB"))[0, :, 0].tolist())
PYTHON
