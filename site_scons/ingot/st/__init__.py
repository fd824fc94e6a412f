"""ST's tools and their output."""
