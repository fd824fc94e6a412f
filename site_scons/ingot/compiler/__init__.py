"""The built-in compiler: from a model file to network.c and its weights."""
