"""Batches and who is told of them, for staff."""

from . import batches, deliveries

__all__ = ["batches", "deliveries"]
