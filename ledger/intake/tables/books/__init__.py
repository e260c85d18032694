"""Workbooks (xlsx, xls, xlsb, ods), looked through before the reader opens them: what it does not tell, and what it could not hold."""
