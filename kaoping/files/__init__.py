"""Files that people write: rulebooks, calendars, profiles, cases."""
