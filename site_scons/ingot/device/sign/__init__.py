# SPDX-License-Identifier: Apache-2.0
"""Boot headers: what the ROM of an STM32N6 expects in front of an application (docs/flash.md)."""
