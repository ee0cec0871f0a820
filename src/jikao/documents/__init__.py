"""Documents people print, send and file: they render what is sealed and compute nothing."""
