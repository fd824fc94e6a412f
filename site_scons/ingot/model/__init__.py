# SPDX-License-Identifier: Apache-2.0
"""model.yaml, finding and checking the source file, the stand-in."""

from ingot.model.manifest import Manifest, Source, find_model, list_models, load_manifest, open_manifest
from ingot.model.source import find_source, look_up_source, obtain_source

__all__ = [
    "Manifest",
    "Source",
    "find_model",
    "find_source",
    "list_models",
    "load_manifest",
    "look_up_source",
    "obtain_source",
    "open_manifest",
]
