"""Inspect: which units mean something, and is it true?"""
