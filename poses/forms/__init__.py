"""Forms that pages and Django's admin share."""
