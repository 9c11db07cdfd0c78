"""Charts: pure functions from arrays to Plotly figures, with no knowledge of pages."""
