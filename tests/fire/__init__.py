"""Kaoping under fire: killed, without room, eight at once, and given whatever bytes there are."""
