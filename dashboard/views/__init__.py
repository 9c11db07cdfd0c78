"""The pages: each reads the selection, asks the engine, and draws."""
