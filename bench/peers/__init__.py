"""Other programs on the work that Ryadom's own rows do; README.md says what is equal and what is not."""
