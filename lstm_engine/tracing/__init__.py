"""What a pass computed, by name: traces, their gradients, and what a pre-activation is the sum of."""
