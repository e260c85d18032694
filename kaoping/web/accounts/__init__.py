"""The desk that several share: who asks, what each may, and the pages of accounts."""
