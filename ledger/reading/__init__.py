"""What a ledger's file tells whoever only reads it."""
