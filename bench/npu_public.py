# SPDX-License-Identifier: Apache-2.0
"""Counts the forms of public builds for the NPU, and writes the table that the generator keeps to.

    python bench/npu_public.py LIST

LIST is a text with a line a build, and blanks in between: name of the network, repository@commit, folder or file in it,
name of the build in its folder (`-` where there is one only), where the folder lies here, files of weights where plain
calls need them. The numbers go to site_scons/ingot/st/npu/public.json; of the files, nothing does.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site_scons"))

from ingot.st.npu.build import read_build
from ingot.st.npu.public import TABLE, counted, table_text


def main() -> int:
    """Writes the table; prints a line a build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", type=Path)
    sources, found = [], []
    for line in parser.parse_args().list.read_text(encoding="utf-8").splitlines():
        network, repository, folder, name, path, *weights = line.split()
        build = read_build(Path(path), [Path(file) for file in weights], strict=False, name=name.strip("-"))
        sources.append({"network": network, "repository": repository, "folder": folder, "epochs": len(build.epochs)})
        found.append(counted(build.epochs, build.blobs))
        print(f"{network}: {len(build.epochs)} epochs, {sum(found[-1].forms.values()):,} forms")
    TABLE.write_text(table_text(sources, found), encoding="utf-8")
    print(f"{TABLE.name}: {len(set().union(*(one.forms for one in found)))} different forms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
