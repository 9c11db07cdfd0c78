// Places of the text in a list, each with what stands around it.

import { element } from "../../../browser/dom.js";
import { fixed, whole } from "../../../browser/format.js";

/** Rows of places; `joint` stands between symbols. A press goes there. */
export function placeList(places, joint, actions, decimals = 2) {
  return element(
    "ol",
    { class: "places" },
    ...places.map((place) => {
      const inside = place.inside ? place.inside.join(joint) : place.label;
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
            element("span", { class: "before", text: place.before.join(joint) + joint }),
            element("mark", { text: inside }),
            element("span", { class: "behind", text: joint + place.behind.join(joint) }),
          ),
          element("span", { class: "place-value", text: value === undefined || value === null ? "" : fixed(value, decimals) }),
        ),
      );
    }),
  );
}
