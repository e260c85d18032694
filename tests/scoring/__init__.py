"""Rules, cases, the law's sentences."""
