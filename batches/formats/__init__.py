"""The tables of a batch: what people upload and what they get back. Plain Python; knows no Django and no model."""
