"""The desk that several share."""
