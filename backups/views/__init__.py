"""The pages of backups, for operators."""
