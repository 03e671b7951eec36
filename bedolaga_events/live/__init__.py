"""Fan-out of what was committed to sockets and streams, and coming back without a gap."""
