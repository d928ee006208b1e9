"""What each stack can do, found out by experiment: never from a table of beliefs."""
