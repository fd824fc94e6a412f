"""The ground: errors, files, places, text. It knows nothing of the product."""
