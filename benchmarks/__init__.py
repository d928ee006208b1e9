"""What parts of the lab cost, each compared with something else in the same run."""
