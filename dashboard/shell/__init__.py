"""What every page stands in: services, selection, run picker, words for trouble, palette."""
