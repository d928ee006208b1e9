"""Tracing one request through real servers: the wire, the server's calls, and what passes through a bridge."""
