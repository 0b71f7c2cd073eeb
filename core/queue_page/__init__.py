"""The page for staff of what works in the background: what waits, what runs, what has failed."""
