"""Exchange formats: one file a format, reading and writing. Plain Python; knows no Django and no app."""
