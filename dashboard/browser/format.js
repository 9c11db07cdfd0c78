// Numbers and durations as people read them.

export const whole = (value) => Math.round(value).toLocaleString("en-US");

/** As many digits as tell something; what is very small gets an exponent: 0.00000219 is easily misread. */
export function significant(value, digits = 4) {
  if (!Number.isFinite(value)) return "–";
  const rounded = +value.toPrecision(digits);
  return rounded !== 0 && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded);
}

/** 3 significant digits are enough for a rate. */
export function rate(value) {
  return value >= 100 ? whole(value) : significant(value, 2);
}

/** Seconds -> "5 s", "3 min 20 s", "2 h 10 min". */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** A signed number with a fixed number of decimals and a true minus sign, so that columns of numbers do not jump. */
export function fixed(value, decimals = 3) {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(decimals);
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text;
}

/** A number of any size in at most eight characters: plain where that says enough, with an exponent where not. */
export function compact(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  let text = "0";
  if (size >= 1e-3 && size < 1e4) text = String(+size.toPrecision(3));
  else if (size > 0) text = size.toExponential(1).replace("e-", "e−").replace("e+", "e");
  return (value < 0 ? "−" : "") + text;
}
