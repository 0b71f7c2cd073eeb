"""Carrying the whole database into another one."""
