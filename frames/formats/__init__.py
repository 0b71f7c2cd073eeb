"""The files of depth scans, in and out. Plain Python: no Django, no app."""
