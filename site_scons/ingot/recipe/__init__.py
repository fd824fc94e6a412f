"""How a firmware, an image or a test is put together."""
