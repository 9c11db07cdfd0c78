// The two kinds of boxes that quantities are drawn in: their size, and within it the room around the units; and the
// drawings of cells with one row of gates, in which input and prediction have the same places.

/** Boxes beside which the names stand, for a drawing in its full width, of 752. */
export const WIDE_BOX = { width: 108, height: 70, pad: 8, head: 26, foot: 8, decimals: 3 };
/** Boxes with their names inside, for a narrow screen, of 360 in width. */
export const NARROW_BOX = { width: 62, height: 78, pad: 5, head: 21, foot: 20, decimals: 2, named: "inside" };

/** A drawing in its full width, but for what is particular to a cell. */
export const WIDE_DRAWING = {
  width: 752,
  height: 336,
  box: WIDE_BOX,
  input: { x: 8, y: 290, width: 108, height: 42 },
  prediction: { x: 636, y: 232, width: 108, height: 54 },
};
/** The same for a narrow screen. */
export const NARROW_DRAWING = {
  width: 360,
  height: 364,
  box: NARROW_BOX,
  input: { x: 4, y: 282, width: 62, height: 78 },
  prediction: { x: 214, y: 292, width: 142, height: 68 },
};
