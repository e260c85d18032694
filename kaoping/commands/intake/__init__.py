"""Commands about what comes in: how exports are read, what units are called."""
