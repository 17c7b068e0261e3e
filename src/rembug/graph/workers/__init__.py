"""Processes over snapshots that answer what callers wrote, within limits, and may be ended."""
