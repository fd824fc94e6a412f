# SPDX-License-Identifier: Apache-2.0
"""Which files belong to app_config.h, by name alone: cheap enough for a build that has nothing to do."""

from __future__ import annotations

#: Families of ST's applications whose input is no camera image.
SIGNALS = ("audio_event_detection", "speech_enhancement", "human_activity", "hand_posture")
#: All families whose input is no camera image.
NO_CAMERA = (*SIGNALS, "anomaly")
#: Families whose application reads tables from user_mel_tables.h.
SPECTROGRAMS = ("audio_event_detection", "speech_enhancement")


def config_files(family: str, abi: str) -> tuple[str, ...]:
    """Names of the files that belong to app_config.h: ST's own name for it, and tables. abi: of the board."""
    tables = ("user_mel_tables.h", "user_mel_tables.c") if family in SPECTROGRAMS else ()
    return (*(("ai_model_config.h",) if family in SIGNALS or abi in ("h7", "h743") else ()), *tables)
