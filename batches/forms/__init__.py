"""Forms of batches; what they give is `services.options`."""
