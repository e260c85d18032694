"""The front door: the only room that knows the clock, the terminal, other files and the network."""

__version__ = "0.1.0"
