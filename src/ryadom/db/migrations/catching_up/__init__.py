"""The parts of the revision `catching_up`. Frozen: later changes are later revisions."""
