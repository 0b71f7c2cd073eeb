"""Scans by depth, their imports, and the blocks that their rows are kept in."""

from .block import BLOCK_ROWS, LEVEL_FACTOR, LEVELS, BlockRows, DepthBlock
from .finding import ImportFinding
from .scan import DepthScan
from .scan_import import DepthImport

__all__ = [
    "BLOCK_ROWS",
    "LEVELS",
    "LEVEL_FACTOR",
    "BlockRows",
    "DepthBlock",
    "DepthImport",
    "DepthScan",
    "ImportFinding",
]
