"""What the rules say, as data, and the few kinds of arithmetic they use."""
