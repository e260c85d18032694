"""What comes in: how exports are read, what units are called."""
