"""Classroom: a teacher leads, a class follows, and each student wanders off and comes back."""
