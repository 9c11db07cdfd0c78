// The room's code, its link and its QR code, large, for a projector.

import { element, setText, svg } from "../../../browser/dom.js";
import { room } from "./room.js";

const QUIET = 4; // squares of white around a QR code (ISO/IEC 18004)

/** A QR code, dark on white in any theme, as cameras want it. */
export function picture({ size, path }) {
  const whole = size + 2 * QUIET;
  return svg(
    "svg",
    {
      viewBox: [-QUIET, -QUIET, whole, whole].join(" "),
      class: "room-qr",
      role: "img",
      "aria-label": "QR code of the link",
    },
    svg("rect", { x: -QUIET, y: -QUIET, width: whole, height: whole, fill: "#fff" }),
    svg("path", { d: path, fill: "#000" }),
  );
}

/** A place for it, filled as soon as it is there. */
export function pictureOf(link) {
  const place = element("div", { class: "room-qr-place" });
  room.asking
    .picture(link)
    .then((code) => place.replaceChildren(picture(code)))
    .catch((refusal) => setText(place, refusal.message));
  return place;
}

/** Why others may not reach the link; empty if they can. */
export function whyNotReached({ host, onlyHere }) {
  if (onlyHere)
    return "Only this computer reaches this server. Started with “make serve”, not “make run”, it lets others in.";
  return host ? "This computer’s address in its network; “localhost” would lead others to their own." : "";
}

/** All of it over the page, until it is pressed away. */
export function showCode() {
  const { state, link } = room;
  const [address] = link.split("?");
  const close = element("button", { class: "room-button", text: "Close", onclick: () => dialog.close() });
  const dialog = element(
    "dialog",
    { class: "room-code-large", "aria-label": "How to join", onclose: () => dialog.remove() },
    element(
      "div",
      { class: "room-code-words" },
      element("p", { text: "Point a camera here, or open" }),
      element("p", { class: "room-address", text: address.replace(/^https?:\/\//, "") }),
      element("p", { text: "and type" }),
      element("p", { class: "room-code-text", text: state.shown }),
      element("p", { class: "room-doubt", text: whyNotReached(state) }),
      close,
    ),
    pictureOf(link),
  );
  document.querySelector(".room-layer").append(dialog);
  dialog.showModal();
  close.focus();
}
