// Small helpers to build elements. Text only ever arrives as textContent, so nothing that a person typed becomes HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes and children; `class` and `text` are understood, `onclick` and the like too. */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Set a text only when it changed: unchanged text costs the browser no layout. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set what a field says only when that changed. */
export function setValue(field, value) {
  if (field.value !== String(value)) field.value = value;
}

/** Whether a node is on the screen, as `seen`; `onsight` is called whenever it comes there. */
export function watchSight(node, onsight) {
  const sight = { seen: false, end: () => observer.disconnect() };
  const observer = new IntersectionObserver((entries) => {
    sight.seen = entries.at(-1).isIntersecting;
    if (sight.seen) onsight();
  });
  observer.observe(node);
  return sight;
}

/** Call `pick(x, y)` with fractions of the field's width and height when it is pressed or dragged over. */
export function onDrag(field, pick) {
  const at = (event) => {
    const bounds = field.getBoundingClientRect();
    pick((event.clientX - bounds.left) / bounds.width, (event.clientY - bounds.top) / bounds.height);
  };
  field.addEventListener("pointerdown", (event) => {
    field.setPointerCapture(event.pointerId);
    at(event);
  });
  field.addEventListener("pointermove", (event) => {
    if (event.buttons & 1) at(event);
  });
}
