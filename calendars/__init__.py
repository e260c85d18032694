"""Which time counts: working days, their office hours, and the way from an instant to a deadline and back."""
