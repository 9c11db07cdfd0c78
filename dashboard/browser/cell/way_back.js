// A wire of the drawing on a gradient's way back: the same path from its end to its start, with an arrow where the
// gradient arrives at something. Pure.

const ROOM = 6; // that an arrow's head takes before what it points at

/** The corners of a path of M, H and V: [x, y] each. */
export function cornersOf(d) {
  let [x, y] = [0, 0];
  return [...d.matchAll(/([MHV])\s*(-?[\d.]+)(?:[\s,]+(-?[\d.]+))?/g)].map(([, step, first, second]) => {
    if (step === "M") [x, y] = [Number(first), Number(second)];
    else if (step === "H") x = Number(first);
    else y = Number(first);
    return [x, y];
  });
}

/** How a wire looks forward and back: {d, arrow} each; a wire that another goes on with has no arrow between them. */
export function bothWays(wire, places) {
  const { d, bare = false } = wire;
  const corners = cornersOf(d);
  const start = corners[0];
  const goesOn = places.wires.some((other) => other.bare && same(cornersOf(other.d).at(-1), start));
  const atPart = isAtPart(start, places);
  // into the middle of another wire too, unless that has its own arrow right there
  const arrives = !goesOn && (atPart || (Boolean(wire.from) && !isAtPart(start, places, NEAR)));
  const back = [...corners].reverse();
  if (!bare) back[0] = moved(back[0], back[1], -ROOM); // to where the head of the arrow forward was
  if (arrives) back[back.length - 1] = moved(start, back.at(-2), atPart ? ROOM : ROOM / 2);
  return { forward: { d, arrow: !bare }, back: { d: pathOf(back), arrow: arrives } };
}

const same = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) < 0.5;

/** So far from one point towards another, or away from it. */
function moved([x, y], [toX, toY], by) {
  const length = Math.hypot(toX - x, toY - y) || 1;
  const share = Math.min(by / length, 0.8);
  return [x + (toX - x) * share, y + (toY - y) * share];
}

const pathOf = (corners) => corners.map(([x, y], k) => `${k ? "L" : "M"}${round(x)} ${round(y)}`).join(" ");
const round = (value) => Math.round(value * 100) / 100;

const EDGE = 3; // pixels by which a wire may begin beside a part
const NEAR = 14; // in which another arrow's head would lie

/** Whether a point lies on or in a part of the drawing, or so near to it. */
function isAtPart([x, y], { box, boxes, circles, ovals, input }, edge = EDGE) {
  const rectangles = [...boxes.map(({ x, y }) => ({ x, y, width: box.width, height: box.height })), ...ovals, input];
  return (
    rectangles.some(
      (part) =>
        x >= part.x - edge &&
        x <= part.x + part.width + edge &&
        y >= part.y - edge &&
        y <= part.y + part.height + edge,
    ) || circles.some((circle) => Math.hypot(x - circle.x, y - circle.y) <= 15 + edge)
  );
}
