"""Start: what is this, what moves here, and where do I go first? And a page of text for those who would rather read."""
