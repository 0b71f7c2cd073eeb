"""Pages of depth scans."""
