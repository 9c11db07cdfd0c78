"""Questions to a class: asked from any page, answered alone, counted at once, and compared with the engine's answer."""
