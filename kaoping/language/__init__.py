"""Chinese and English, numbers and moments as people read them."""
