"""Who holds the frames: polars on one machine, Spark on many. No other room of the measures names an engine, or computes a frame."""
