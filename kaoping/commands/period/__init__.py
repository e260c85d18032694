"""Commands of the month at the office: what is due before it ends."""
