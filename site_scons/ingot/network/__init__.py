"""The description of a compiled network, which every later stage reads."""
