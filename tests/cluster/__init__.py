"""Where the frames are Spark's: the same answers as polars gives."""
