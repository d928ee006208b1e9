"""Every shape that crosses a process, a file or the network, spelled once. Standard library and msgspec, no I/O."""
