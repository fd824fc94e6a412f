"""Compiled networks by content, shared by every shell and every checkout of a machine."""
