"""The slow oracle: the whole appraisal once more in plain Python, without any engine, to hold the engine to account."""
