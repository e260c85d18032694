"""The pages that are read: each draws what a command draws, and gives its JSON."""
