"""What draws a page."""
