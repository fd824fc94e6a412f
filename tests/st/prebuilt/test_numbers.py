# SPDX-License-Identifier: Apache-2.0
"""Numbers of a network.c are read as C reads them; what is none is one message."""

from __future__ import annotations

import pytest

from ingot.base.errors import IngotError
from ingot.st.prebuilt.network_c import parse_network_c

POOL = "/* index=2 file postfix=xSPI2 name=octoFlash offset={} absolute_mode size=64 READ_ONLY */\n"
TABLE = """const LL_Buffer_InfoTypeDef *LL_ATON_Input_Buffers_Info_net(void)
{{
  static const float scales[] = {{ {} }};
  static const LL_Buffer_InfoTypeDef buff_info[] = {{
    {{ .name = "a", .addr_base = {{(unsigned char *)(0x10UL)}}, .offset_end = {}, .scale = scales, }},
    {{ .name = NULL }}
  }};
}}
"""


@pytest.mark.parametrize(("text", "value"), [("064", 52), ("0x40", 64), ("64", 64), ("0", 0), ("08", 8)])
def test_a_leading_zero_means_octal(text: str, value: int) -> None:
    source = parse_network_c(POOL.format(text) + TABLE.format("0.5", text))
    assert (source.pools[0].base, source.buffers[0].end) == (value, value)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(IngotError, match=r"network\.c: a number of scales cannot be read"):
        parse_network_c(TABLE.format("0.5.3", "64"))
