// The page's theme, as Streamlit hands it to components in CSS variables.

/** Colours of the theme at an element: {background, surface, text, border, muted, dark}. */
export function readTheme(node) {
  const style = getComputedStyle(node);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const background = read("--st-background-color", "#ffffff");
  const text = read("--st-text-color", "#1d242b");
  const [r, g, b] = parseColour(background);
  return {
    background,
    text,
    surface: read("--st-secondary-background-color", "#f3f5f7"),
    border: read("--st-border-color", "#d5dae0"),
    font: read("--st-font", "sans-serif"),
    dark: 0.299 * r + 0.587 * g + 0.114 * b < 128,
  };
}

/** "#rrggbb" or "rgb(r, g, b)" -> [r, g, b]. */
export function parseColour(colour) {
  if (colour.startsWith("#")) {
    const digits = colour.length === 4 ? [...colour.slice(1)].map((d) => d + d).join("") : colour.slice(1);
    return [0, 2, 4].map((start) => parseInt(digits.slice(start, start + 2), 16));
  }
  return (colour.match(/[\d.]+/g) ?? ["255", "255", "255"]).slice(0, 3).map(Number);
}
