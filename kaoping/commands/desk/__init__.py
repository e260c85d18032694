"""Commands of the desk that several share."""
