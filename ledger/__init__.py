"""What happened: the facts about every ticket, appended and never changed."""
