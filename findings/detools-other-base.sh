#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a patch that is applied to another version than it was made from is refused.
# What happens: a detools patch holds no hash of the old image, nor of the new one: it is applied, the size is right, the
# status is 0 and the image is rubbish. Check both images' hashes in the device's updater.
# Seen with: detools 0.53.0
set -eu
. "$(dirname "$0")/common"
packages detools==0.53.0
cd "$work"
python - <<'PYTHON'
import random

source = random.Random(1)
old, other = source.randbytes(20000), source.randbytes(20000)
for name, content in (("old", old), ("other", other), ("new", old[:9000] + b"a new layer" + old[9000:])):
    with open(name, "wb") as file:
        file.write(content)
PYTHON
detools create_patch -c crle old new patch >/dev/null
for base in old other; do
    detools apply_patch "$base" patch result >/dev/null 2>&1 && status=0 || status=$?
    cmp -s new result && same=equal || same=different
    echo "applied to $base: status $status, $(wc -c <result) of $(wc -c <new) bytes, $same"
done | recorded 'applied to old: status 0, 20011 of 20011 bytes, equal
applied to other: status 0, 20011 of 20011 bytes, different'
