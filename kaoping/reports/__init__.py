"""What a hotline office reads: each report as a JSON document and as a page of the terminal."""
