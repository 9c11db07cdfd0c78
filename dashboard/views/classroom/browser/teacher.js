// For a teacher: how others join, who is there and where, what they may, and who leads.

import { element, setText } from "../../../browser/dom.js";
import { pictureOf, showCode, whyNotReached } from "./code.js";
import { Beginning } from "./experiments/begin.js";
import { OwnQuestions } from "./questions/own.js";
import { room } from "./room.js";
import { Students } from "./students.js";

/** What students may change on their own screens, by the names that an exercise's link has for what it hides. */
const CHANGEABLE = {
  pages: "go to other pages",
  run: "choose another run",
  sequence: "choose another sequence",
  checkpoints: "choose another checkpoint",
  transport: "step by the buttons",
  whatif: "clamp values in “What if”",
  save: "save pictures and data",
};
const SURE = 4000; // ms in which a second press closes the room

export class TeacherPanel {
  constructor() {
    this.code = element("p", { class: "code" });
    this.link = element("a", { class: "link" });
    this.copied = element("span", { class: "hint", role: "status" });
    this.picture = element("div", { class: "picture" });
    this.doubt = element("p", { class: "hint" });
    this.key = element("code");
    this.keyPart = this.makeKeyPart();
    this.leader = element("div", { class: "leader", role: "status" });
    this.students = new Students((act) => this.attempt(act));
    this.problem = element("p", { class: "problem", role: "alert" });
    this.closing = element("button", { text: "Close the room", onclick: () => this.close() });
    this.root = element(
      "div",
      { class: "teacher" },
      element(
        "section",
        { class: "joining" },
        element("h2", { text: "How others join" }),
        this.code,
        this.link,
        element(
          "div",
          { class: "ways" },
          element("button", { class: "main", text: "Show it large", onclick: showCode }),
          element("button", { text: "Copy the link", onclick: () => this.copy() }),
          this.copied,
        ),
        this.picture,
        this.doubt,
      ),
      element(
        "section",
        {},
        this.keyPart,
        element("h2", { text: "Who is here" }),
        this.leader,
        this.students.root,
        element("h2", { text: "What students may" }),
        this.makeChoices(),
        this.problem,
        element("h2", { text: "When you are done" }),
        element("p", {
          text: "Close the room, and all are on their own again. One that nobody uses closes by itself after a while.",
        }),
        this.closing,
      ),
      new Beginning().root,
      new OwnQuestions().root,
    );
  }

  makeKeyPart() {
    const done = element("button", { text: "I have written it down", onclick: () => room.set({ key: null }) });
    return element(
      "div",
      { class: "key" },
      element("h3", { text: "Your key, shown this once" }),
      this.key,
      element("p", {
        text: "It makes you this room’s teacher in any other browser. This browser knows you without it.",
      }),
      done,
    );
  }

  makeChoices() {
    const box = (text, change) => {
      const input = element("input", { type: "checkbox", onchange: change });
      return { input, root: element("label", { class: "choice" }, input, element("span", { text })) };
    };
    this.mayLeave = box("leave the lead and look around alone", () => this.say());
    const parts = Object.entries(CHANGEABLE).map(([name, text]) => [name, box(text, () => this.say())]);
    this.parts = Object.fromEntries(parts);
    const all = [this.mayLeave, ...Object.values(this.parts)];
    return element("fieldset", { class: "choices" }, ...all.map(({ root }) => root));
  }

  begin() {
    this.picture.replaceChildren(pictureOf(room.link));
  }

  draw(state) {
    const { room: its, shown, key, seats } = state;
    setText(this.code, shown);
    this.link.href = room.link;
    setText(this.link, room.link);
    setText(this.doubt, whyNotReached(state));
    this.keyPart.hidden = !key;
    setText(this.key, key ?? "");
    this.students.draw(seats, its?.leader ?? null);
    if (!its) return;
    this.drawLeader(its.leader);
    this.mayLeave.input.checked = its.may_leave;
    for (const [name, { input }] of Object.entries(this.parts)) input.checked = !its.closed.includes(name);
  }

  drawLeader(leader) {
    if (leader?.seat === this.shownLeader) return;
    this.shownLeader = leader?.seat;
    if (!leader) return this.leader.replaceChildren();
    const words = element("p", { text: `${leader.nickname} leads; project any other page of yours, and it follows.` });
    const see = element("button", { class: "main", text: "Go to the class", onclick: () => room.follow(true) });
    const takeBack = () => this.attempt(["lead", { seat: null }]);
    const back = element("button", { text: "Take the lead back", onclick: takeBack });
    this.leader.replaceChildren(words, element("div", { class: "ways" }, see, back));
  }

  /** Tell the server what students may. */
  say() {
    const closed = Object.keys(CHANGEABLE).filter((name) => !this.parts[name].input.checked);
    this.attempt(["settings", { may_leave: this.mayLeave.input.checked, closed }]);
  }

  async attempt([name, message]) {
    setText(this.problem, "");
    try {
      await room.post(name, message);
    } catch (refusal) {
      setText(this.problem, refusal.message);
      this.draw(room.state); // as it still is
    }
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(room.link);
      setText(this.copied, "Copied.");
    } catch {
      setText(this.copied, "This browser copies nothing here; select the link instead.");
    }
  }

  /** At the second press. */
  close() {
    if (this.isSure) return this.attempt(["close", {}]);
    this.isSure = true;
    setText(this.closing, "Press again to close it for all");
    setTimeout(() => {
      this.isSure = false;
      setText(this.closing, "Close the room");
    }, SURE);
  }
}
