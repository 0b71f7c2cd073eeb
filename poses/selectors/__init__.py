"""Reads that a page asks for as a whole."""
