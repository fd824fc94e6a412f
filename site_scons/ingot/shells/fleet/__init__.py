# SPDX-License-Identifier: Apache-2.0
"""Boards x models x options, built with Ninja."""
