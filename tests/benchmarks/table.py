"""Tables of text."""


def print_table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a title and a table with aligned columns."""
    widths = [max(len(line[k]) for line in [head, *rows]) for k in range(len(head))]
    print(title)
    for line in [head, ["-" * width for width in widths], *rows]:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
