"""Wiring only: settings, URLs, server entry points."""
