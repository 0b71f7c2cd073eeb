"""`/api/backups/`, for operators."""
