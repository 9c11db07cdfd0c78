"""Experiments of a class: each student trains a variation of their own, and a wall shows all curves at once."""
