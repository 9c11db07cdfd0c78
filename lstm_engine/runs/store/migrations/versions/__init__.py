"""The steps. A new one is a new file here, a new ``VERSION`` in ``schema.py``, and the same change of its tables."""
