"""What an office does: values in, values out; no terminal, no network."""
