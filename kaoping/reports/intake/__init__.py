"""What files became: batches, their problems, what stands aside."""
