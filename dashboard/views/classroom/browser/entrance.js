// For whoever is in no room: join one, open one, or come back to one's own.

import { element } from "../../../browser/dom.js";
import { field, form } from "./form.js";
import { room } from "./room.js";

export class Entrance {
  constructor() {
    const code = new URLSearchParams(location.search).get("room") ?? "";
    this.code = field(
      "The room’s code",
      { autocomplete: "off", autocapitalize: "characters", maxlength: 12, placeholder: "K7M-4QX", value: code },
      "Six letters and digits, on your teacher’s screen.",
    );
    this.nickname = field(
      "Your nickname",
      { autocomplete: "nickname", maxlength: 60 },
      "Your teacher sees it, other students may. You need no account.",
    );
    const joins = form("Join a room", { code: this.code, nickname: this.nickname }, "Join", (said) =>
      room.join(said.code, said.nickname),
    );
    const opens = form("Open a room", {}, "Open a room", () => room.open());
    this.key = field("Its key", { autocomplete: "off", maxlength: 60 }, "It was shown when the room was opened.");
    const returns = form("Come back to your room", { key: this.key }, "Come back", ({ key }) => room.comeBack(key));
    this.own = element("div", { class: "own-rooms" });
    this.root = element(
      "div",
      { class: "entrance" },
      element("section", {}, element("h2", { text: "Join a room" }), joins),
      element(
        "section",
        {},
        element("h2", { text: "Open a room" }),
        element("p", {
          text:
            "You get a code to project. Whoever types it follows you: page, run, checkpoint, timestep, unit, and " +
            "what you clamp. Each can look around alone, which changes their own screen only, and is back by a click.",
        }),
        this.own,
        opens,
        element("details", {}, element("summary", { text: "I opened a room in another browser" }), returns),
      ),
    );
  }

  begin() {
    if (this.code.input.value) this.nickname.input.focus();
  }

  draw({ ownRooms }) {
    if (String(ownRooms) === this.drawn) return;
    this.drawn = String(ownRooms);
    this.own.replaceChildren(
      ...ownRooms.map((shown) => form(`Lead ${shown}`, {}, `Lead your room ${shown} here`, () => room.leadOwn(shown))),
    );
  }
}
