"""Placing blocks of different lifetimes in as little memory as possible."""
