"""What an office asks of a period besides its scores."""
