# SPDX-License-Identifier: Apache-2.0
"""Relocatable network images: ST's NBIN format (runtime API 8.0), read, written, checked and built."""
