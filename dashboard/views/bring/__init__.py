"""Your model: one that was trained elsewhere, to be stepped and inspected here."""
