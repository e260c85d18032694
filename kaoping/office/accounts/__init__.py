"""Who may work at a desk that several share: accounts, sign-ins, drafts, and the log of what was looked at."""
