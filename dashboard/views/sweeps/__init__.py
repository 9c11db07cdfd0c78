"""Sweeps: many runs from one plan, and what each setting buys."""
