"""What is known about the work: table shapes, import, the store, and measures over them."""
