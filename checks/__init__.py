"""What `make` runs beside the tests: the set-up that they rest on, and each Python that the lab promises."""
