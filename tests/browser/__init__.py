"""The desk in a browser: what is seen, what is pressed, and nothing that a program behind it could not tell."""
