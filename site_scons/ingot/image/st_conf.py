# SPDX-License-Identifier: Apache-2.0
"""network_rel_conf.h: what ST's sources ask for when they are compiled into a relocatable image.

The names are those of the configuration that ST's packager writes and hands over as MODEL_CONF. The header is included
in front of every file of the image; with blobs in the params it also says in which section they stand.
"""

from __future__ import annotations

from ingot.base import c_text
from ingot.image.pools import ImagePools
from ingot.image.source import StNetwork
from ingot.network.types import Network

BLOB_SECTION = ".const_ec_blob"


def reloc_conf(network: Network, pools: ImagePools, st: StNetwork, file_name: str) -> str:
    """The header; file_name: its own."""
    version = st.version
    defines = {
        "MODEL_CONF": f'"{file_name}"',
        "RUNTIME_DESC": f'"{st.text}"',
        "RUNTIME_VERSION": f"{version.major << 24 | version.minor << 16 | version.micro << 8:#010x}UL",
        "RUNTIME_VERSION_DEV": f"({version.dev}UL)",
        "C_NAME": f'"{c_text.identifier(network.name).lower()}"',
        "C_FCT_SUFFIX": st.suffix,
        "ACTS_SZ": f"({pools.acts_size}UL)",
        "PARAMS_SZ": f"({pools.params_size}UL)",
        "EXT_RAM_SZ": f"({pools.ext_ram_size}UL)",
        "PARAMS_BIN_SZ": f"({len(pools.params)}UL)",
        "PARAMS_BIN_CRC32": "0UL",  # the packager writes it into the image: new weights compile no C
    }
    if st.blobs_in_params:
        defines["ECBLOB_CONST_SECTION"] = f'__attribute__((section("{BLOB_SECTION}")))'
    lines = "\n".join(f"#define {name} {value}" for name, value in defines.items())
    return (
        f"/* Configuration of the relocatable image of {c_text.comment(network.model)}, written by Ingot. */\n"
        f"#ifndef INGOT_NETWORK_REL_CONF_H\n#define INGOT_NETWORK_REL_CONF_H\n\n{lines}\n\n#endif\n"
    )
