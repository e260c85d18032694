"""The pages that write: what would come of it is shown before it is done."""
