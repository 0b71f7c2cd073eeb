"""What any model's admin may stand on."""
