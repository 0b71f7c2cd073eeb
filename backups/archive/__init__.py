"""A backup as one ZIP file: writing, reading, checking, sealing. Plain Python; knows no Django and no model."""
