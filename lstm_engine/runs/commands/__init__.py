"""The larger commands of the terminal, a file each; ``cli`` has the others, and knows them all."""
