# SPDX-License-Identifier: Apache-2.0
"""ingot_networks.h: the names of the networks of a firmware, for code that does something with each of them."""

from __future__ import annotations

from collections.abc import Sequence

from ingot.several.names import check_names

_TEXT = """\
/* The networks of this firmware, made by Ingot: INGOT_NETWORKS(X) is X(name) for each. */
#ifndef INGOT_NETWORKS_H
#define INGOT_NETWORKS_H

%s
#define INGOT_NETWORKS(X) %s

#endif
"""


def networks_header(names: Sequence[str]) -> str:
    """The text. Raises IngotError when two networks have one name."""
    check_names(names)
    includes = "".join(f'#include "{name}.h"\n' for name in names)
    return _TEXT % (includes, " ".join(f"X({name})" for name in names))
