"""Who owns the embedded store, and the private socket through which others use it meanwhile."""
