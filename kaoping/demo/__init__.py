"""The demonstration and its simulated county."""
