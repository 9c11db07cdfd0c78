"""The run store: what the app and the training processes share, in one SQL database."""
