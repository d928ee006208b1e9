"""One client for every question to a server: raw bytes with their times, understood by h11 and websockets."""
