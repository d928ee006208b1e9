"""What the measurements mean: pure functions from records to figures and doubts."""
