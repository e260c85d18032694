"""The web desk, through a browser that is let in."""
