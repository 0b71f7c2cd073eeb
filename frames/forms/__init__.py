"""Forms of the pages of depth scans."""
