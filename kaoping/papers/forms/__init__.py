"""Forms that an office fills in, as workbooks."""
