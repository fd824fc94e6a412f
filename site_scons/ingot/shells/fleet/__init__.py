"""Boards x models x options, built with Ninja."""
