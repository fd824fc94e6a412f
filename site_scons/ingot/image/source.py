# SPDX-License-Identifier: Apache-2.0
"""The two generated files of a relocatable image: its C source (header, context, descriptors) and its linker script."""

from __future__ import annotations

from dataclasses import dataclass, field

import ingot
from ingot.base import c_text
from ingot.base.errors import IngotError, did_you_mean
from ingot.base.render import render
from ingot.board.cores import core_named, default_core
from ingot.compiler.emit.pools import symbol
from ingot.image.ecblob import LINE
from ingot.image.nbin import ALIGNMENT, FLOAT_ABIS, LAYOUTS, Flags, PoolDescriptor, Segment, address
from ingot.image.pools import READ_ONLY_ID, READ_WRITE_ID, ImagePools
from ingot.network.ll_aton import IMAGE_RUNTIMES, interface_of
from ingot.network.types import Network
from ingot.network.version import Version


@dataclass(frozen=True)
class StNetwork:
    """A network.c of ST's compiler.

    suffix: of its functions and pool symbols. version: of the runtime that it wants, as it says itself. text: how it
    describes that. blobs_in_params: epoch-controller blobs stand in front of the params, not among the constants.
    """

    suffix: str
    version: Version
    text: str
    blobs_in_params: bool = False

    @property
    def runtime_abi(self) -> str:
        """Whose header its runtime reads."""
        return "1.1.3" if interface_of(self.version).encryption else "1.1.1"


@dataclass(frozen=True)
class ImageOptions:
    """What an image is made for.

    core: the board's. runtime_abi: whose header it gets, a key of LAYOUTS. secure: runs in the secure state.
    debug_info: epoch blocks with numbers and estimates (48 bytes instead of 20), as ST's default.
    st: what is special about a network around ST's runtime; None for a network of the built-in compiler.
    """

    core: str = field(default_factory=lambda: default_core().name)
    runtime_abi: str = "1.1.1"
    secure: bool = True
    debug_info: bool = True
    st: StNetwork | None = None

    def flags(self) -> Flags:
        """The header's second word. Raises IngotError for a core or an ABI that is not known."""
        core = core_named(self.core)
        if not core.relocatable:
            raise IngotError(
                f"there are no relocatable images for {core.title}: its PUSH leaves out r9, which the loader keeps",
                where="reloc",
                remedy="Build the firmware with the network inside (the target firmware).",
            )
        if self.runtime_abi not in LAYOUTS:
            raise IngotError(
                f"runtime_abi={self.runtime_abi} is not known", remedy=did_you_mean(self.runtime_abi, LAYOUTS)
            )
        return Flags(
            secure=self.secure,
            debug_info=self.debug_info,
            cpu=core.part,
            fpu=core.fpu,
            float_abi=FLOAT_ABIS.index(core.float_abi),
        )

    def defines(self) -> dict[str, str]:
        """Macros for every C file of the image."""
        return {"LL_ATON_EB_DBG_INFO": "1"} if self.debug_info else {}


def reloc_source(network: Network, pools: ImagePools, options: ImageOptions) -> str:
    """The C file. Its text depends on sizes, on no content: retraining does not change it."""
    st = options.st
    version = IMAGE_RUNTIMES[options.runtime_abi] if st is None else st.version
    flags = options.flags()
    return render(
        "network_rel.c.j2",
        name=c_text.identifier(network.name),
        suffix=_suffix(network, options),
        functions=_functions(_suffix(network, options), options),
        c_name=c_text.identifier(network.name).lower(),
        version=ingot.__version__,
        runtime=st.text if st else f"ll_aton {version} (ingot {ingot.__version__})",
        abi=options.runtime_abi,
        flags=flags.encode(),
        rt_version=version.major << 24 | version.minor << 16 | version.micro << 8,
        rt_version_extra=version.dev,
        acts_size=pools.acts_size,
        params_size=pools.params_size,
        ext_ram_size=pools.ext_ram_size,
        params_bin_size=len(pools.params),
        pools=[
            {
                "fname": pool.fname,
                "flags": pool.flags,
                "offset": pool.offset,
                "dst": pool.dst,
                "size": pool.size,
                "text": PoolDescriptor(
                    0, pool.pool_type, pool.data, pool.attributes, pool.pool_id, pool.offset, pool.dst, pool.size
                ).describe(),
            }
            for pool in pools.pools
        ],
    )


def _functions(suffix: str, options: ImageOptions) -> dict[str, str]:
    """The header's entry points: word -> C function."""
    st = options.st is not None
    functions = {
        "ec_network_init": f"LL_ATON_EC_Network_Init_{suffix}",
        "ec_inference_init": f"LL_ATON_EC_Inference_Init_{suffix}",
        "input_setter": f"LL_ATON_Set_User_Input_Buffer_{suffix}",
        "input_getter": f"LL_ATON_Get_User_Input_Buffer_{suffix}",
        "output_setter": f"LL_ATON_Set_User_Output_Buffer_{suffix}",
        "output_getter": f"LL_ATON_Get_User_Output_Buffer_{suffix}",
        "epoch_items": f"LL_ATON_EpochBlockItems_{suffix}",
        "output_buffers_info": f"LL_ATON_Output_Buffers_Info_{suffix}",
        "input_buffers_info": f"LL_ATON_Input_Buffers_Info_{suffix}",
        # ST's images have none of these tables: they are as long as the network.
        "internal_buffers_info": "ingot_no_internal_buffers" if st else f"LL_ATON_Internal_Buffers_Info_{suffix}",
        "weight_encryption_info": f"LL_ATON_WeightEncryption_Info_{suffix}" if st else "ingot_no_encryption",
        "blob_encryption_info": f"LL_ATON_BlobEncryption_Info_{suffix}" if st else "ingot_no_encryption",
    }
    return {word: functions[word] for word in LAYOUTS[options.runtime_abi].entry_points}


def _suffix(network: Network, options: ImageOptions) -> str:
    """What the names of network.c's functions end in."""
    return options.st.suffix if options.st else c_text.identifier(network.name)


def reloc_linker_script(network: Network, pools: ImagePools, options: ImageOptions | None = None) -> str:
    """The linker script: relative pools stand at their segments' first address, the read-only one behind the blobs."""
    options = options or ImageOptions()
    by_name = {pool.name: pool for pool in network.pools}

    def labels(pool_id: int) -> list[str]:
        return [symbol(_suffix(network, options), by_name[pool.name]) for pool in pools.relative(pool_id)]

    return render(
        "network_rel.ld.j2",
        name=c_text.identifier(network.name),
        line=ALIGNMENT if options.st is None else LINE,
        blobs=options.st is not None and options.st.blobs_in_params,
        symbols=[
            (f"{address(Segment.PARAM_0, 0):#x}", labels(READ_ONLY_ID)),
            (f"{address(Segment.PARAM_1, 0):#x}", labels(READ_WRITE_ID)),
        ],
    )
