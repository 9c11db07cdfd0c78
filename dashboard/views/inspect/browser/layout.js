// Where each symbol of a page stands: in lines of so many columns, a column being a letter wide.

const APART = 2; // columns between two sequences

/** How many columns a symbol takes. */
export const widthOf = (label) => Math.max(1, [...label].length);

/**
 * @param {{labels: string[], begins: number[], breaks: string[], gap: number, sequences: number}} page
 * @param {number} columns of a line
 * @returns {{line: Int32Array, column: Int32Array, width: Int32Array, lines: {from: number, to: number}[]}}
 */
export function layOut({ labels, begins, breaks, gap, sequences }, columns) {
  const count = labels.length;
  const [line, column, width] = [0, 1, 2].map(() => new Int32Array(count));
  const lines = [];
  const ends = new Set(breaks);
  const lengths = new Map(begins.map((begin, k) => [begin, (begins[k + 1] ?? count) - begin]));
  let from = 0;
  let x = 0;
  const endLine = (to) => {
    lines.push({ from, to });
    from = to;
    x = 0;
  };
  for (let k = 0; k < count; k++) {
    const w = Math.min(columns, widthOf(labels[k]));
    if (sequences > 1 && x > 0 && lengths.has(k)) {
      const whole = lengths.get(k) * (1 + gap);
      if (x + APART + (whole <= columns ? whole : w) > columns) endLine(k);
      else x += APART;
    }
    if (x > 0 && x + w > columns) endLine(k);
    line[k] = lines.length;
    column[k] = x;
    width[k] = w;
    x += w + gap;
    if (ends.has(labels[k])) endLine(k + 1);
  }
  if (from < count || !lines.length) endLine(count);
  return { line, column, width, lines };
}

/** The symbol at a place of a line, the nearest one where there is none; -1 of an empty line. */
export function symbolAt({ lines, column }, row, x) {
  const { from, to } = lines[Math.max(0, Math.min(lines.length - 1, row))];
  let found = from < to ? from : -1;
  for (let k = from; k < to; k++) if (column[k] <= x) found = k;
  return found;
}
