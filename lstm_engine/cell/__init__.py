"""One layer's mathematics: the equations to read, the quantities that one sees, every cell, and the fast kernel."""
