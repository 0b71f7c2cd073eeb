"""`/api/depth-scans/`, `/api/depth-imports/`, `/api/frames/`."""
