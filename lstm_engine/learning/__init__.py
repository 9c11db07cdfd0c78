"""Losses, optimizers, schedules, and the trainer that takes one resumable step at a time."""
