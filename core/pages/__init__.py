"""What the pages of several apps have in common."""
