// Places of the text in a list, each with what stands around it.

import { element } from "../../../browser/dom.js";
import { fixed, whole } from "../../../browser/format.js";

/** Rows of places on a page's text. A press goes there. */
export function placeList(places, { header }, actions, decimals = 2) {
  const joint = header.gap ? " " : "";
  const text = (labels) => labels.map((label) => (header.blanks.includes(label) ? " " : label)).join(joint);
  return element(
    "ol",
    { class: "places" },
    ...places.map((place) => {
      const inside = text(place.inside ?? [place.label]);
      const value = place.score ?? place.value;
      return element(
        "li",
        {},
        element(
          "button",
          {
            class: "row place",
            "aria-label": `Go to position ${place.position + 1}: ${inside}`,
            onclick: () => actions.goTo(place.position),
          },
          element("span", { class: "place-number", text: whole(place.position + 1) }),
          element(
            "code",
            {},
            element("span", { class: "before", text: text(place.before) + joint }),
            element("mark", { text: inside }),
            element("span", { class: "behind", text: joint + text(place.behind) }),
          ),
          element("span", {
            class: "place-value",
            text: value === undefined || value === null ? "" : fixed(value, decimals),
          }),
        ),
      );
    }),
  );
}
