"""A scheme's own tests: text files of cases, run through the real path."""
