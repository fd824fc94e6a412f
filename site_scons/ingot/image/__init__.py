"""Relocatable network images: ST's NBIN format (runtime API 8.0), read, written, checked and built."""
