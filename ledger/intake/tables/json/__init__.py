"""Tables written as JSON or JSON Lines."""
