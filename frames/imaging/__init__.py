"""Rows of grey values into pictures: colour maps, a PNG a row, a strip with a depth axis. Plain Python; no Django."""
