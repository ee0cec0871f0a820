"""The scheme language as pure values: no data, no engine, no clock."""
