// The two kinds of boxes that quantities are drawn in: their size, and within it the room around the units.

/** Boxes beside which the names stand, for a drawing in its full width, of 752. */
export const WIDE_BOX = { width: 108, height: 70, pad: 8, head: 26, foot: 8, decimals: 3 };
/** Boxes with their names inside, for a narrow screen, of 360 in width. */
export const NARROW_BOX = { width: 62, height: 78, pad: 5, head: 21, foot: 20, decimals: 2, named: "inside" };
