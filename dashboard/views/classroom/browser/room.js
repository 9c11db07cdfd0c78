// The room that this tab is in: who one is there, where the room is, and everything that is asked of it. There is one,
// whatever shows it: the bar on every page, and the Classroom page.

import { Refusal } from "../../../browser/ask.js";
import { listen } from "../../../browser/listening.js";
import { base, presentPlace as here, watchPlaces } from "../../../browser/places.js";
import { turnTo, whenTurned } from "../../../browser/tab_history.js";
import { Asking } from "./asking.js";
import { isRoomsOwn, leads, mayLeave, onOwnMove, onRoomMove, startState, withClosed } from "./following.js";
import { forget, keepRoom, recall, remember } from "./kept.js";
import { Sending } from "./sending.js";
import { Whereabouts } from "./whereabouts.js";

const ASK_AGAIN = 30_000; // ms until a server that was away at the beginning is asked again
const LISTEN_AGAIN = 2_000; // ms until what was not to be heard is listened to again
const SHORT_LOSS = 3_000; // ms without a connection that nobody needs to hear of
const ACTING = ["pointerdown", "keydown"];
const OF_THE_LINE = ["lost", "found", "closed", "outside"]; // heard once, though there are two topics

class Room {
  constructor() {
    this.tab = crypto.getRandomValues(new Uint32Array(3)).join("-");
    this.state = { ...startState(), code: null, shown: "", nickname: null, key: null, seats: [], over: "" };
    Object.assign(this.state, { host: null, onlyHere: false, ownRooms: [], isAway: false, said: "", isKnown: false });
    this.watchers = new Set();
    this.hearers = new Map(); // by event: what other parts have to do with it
    this.asking = new Asking();
    this.sending = new Sending(
      (place) => this.post("move", { place, by: this.tab }),
      (error) => this.isSentAgain(error),
    );
    const tell = (message) => this.post("whereabouts", message);
    this.whereabouts = new Whereabouts(() => this.state, here, tell);
  }

  /** Find out who one is, and go on from there. */
  async begin() {
    try {
      await this.look();
    } catch {
      setTimeout(() => this.begin(), ASK_AGAIN); // the server is away, which the page says
    }
  }

  /** Hear of every change of the state; returns what ends it. */
  watch(watcher) {
    this.watchers.add(watcher);
    watcher(this.state);
    return () => this.watchers.delete(watcher);
  }

  /** Hear of an event of the room's topic, or, for its teacher, of its class's; returns what ends it. */
  on(event, hearer) {
    this.hearers.set(event, (this.hearers.get(event) ?? new Set()).add(hearer));
    return () => this.hearers.get(event).delete(hearer);
  }

  set(change) {
    this.state = { ...this.state, ...change };
    for (const watcher of [...this.watchers]) watcher(this.state);
  }

  // ---- asking

  /** Ask for something; its answer. Throws a Refusal. */
  post(name, message = {}) {
    return this.asking.post(name, message);
  }

  async look() {
    const { host, only_here: onlyHere, own_rooms: ownRooms = [], over = "", ...mine } = await this.asking.whoAmI();
    this.set({ host, onlyHere, ownRooms, isKnown: true });
    if (mine.role) this.enter(mine);
    else this.exit(over);
  }

  async open() {
    const { key, ...mine } = await this.post("open");
    this.enter({ ...mine, key });
  }

  async comeBack(key) {
    this.enter(await this.post("come_back", { key }));
  }

  /** Lead a room of one's account's. */
  async leadOwn(shown) {
    this.enter(await this.post("come_back", { code: shown }));
  }

  async join(code, nickname) {
    this.enter(await this.post("join", { code, nickname }));
  }

  async leaveRoom() {
    await this.post("leave");
    this.exit("");
  }

  /** The link by which others join. */
  get link() {
    const { host, code } = this.state;
    return `${host ? `${location.protocol}//${host}` : location.origin}${base}classroom?room=${code}`;
  }

  // ---- coming and going

  enter({ role, code, shown, seat, nickname, key = this.state.key }) {
    const isOther = code !== this.state.code || role !== this.state.role;
    this.set({ role, code, shown, seat, nickname, key, over: "" });
    keepRoom(true);
    if (!isOther) return;
    this.forgetRoom();
    const kept = recall();
    this.isFirst = true;
    this.set({ room: null, place: null, touched: false, follows: kept?.code === code ? kept.follows : true });
    this.acting = () => (this.state.touched = true);
    for (const name of ACTING) addEventListener(name, this.acting, { capture: true, passive: true });
    this.stopWatching = watchPlaces((place, isOwn) => this.moved(place, isOwn));
    this.listen();
    this.whereabouts.begin();
  }

  listen() {
    const { role, code } = this.state;
    this.closeTopics();
    const hear = (name) => (data) => this.hear(name, data);
    const all = new Proxy({}, { get: (_, name) => hear(name) });
    const ofTheClass = new Proxy({}, { get: (_, name) => (OF_THE_LINE.includes(name) ? undefined : hear(name)) });
    this.topics = [listen(`room/${code}`, 0, all)];
    if (role === "teacher") this.topics.push(listen(`class/${code}`, 0, ofTheClass));
  }

  /** Nothing gets through, or it was refused: find out whether one is still in the room, and listen anew. */
  async listenAnew() {
    this.set({ isAway: true });
    await this.look().catch(() => {});
    clearTimeout(this.again);
    if (this.state.role) this.again = setTimeout(() => this.listen(), LISTEN_AGAIN);
  }

  closeTopics() {
    for (const close of this.topics ?? []) close();
    this.topics = [];
  }

  exit(over) {
    this.forgetRoom();
    this.sending.stop();
    forget();
    keepRoom(false);
    const { room: former } = this.state;
    delete document.documentElement.dataset.closed;
    if (former?.closed.length) this.turn(withClosed(here(), [], former.closed));
    const { host, onlyHere, isKnown } = this.state;
    this.set({ ...startState(), code: null, nickname: null, key: null, seats: [], said: "", isAway: false });
    this.set({ over, host, onlyHere, isKnown });
  }

  forgetRoom() {
    this.closeTopics();
    clearTimeout(this.again);
    this.stopWatching?.();
    this.whereabouts.end();
    for (const name of ACTING) if (this.acting) removeEventListener(name, this.acting, { capture: true });
  }

  // ---- what is heard

  hear(name, data) {
    if (name === "place") this.roomMoved(data);
    else if (name === "room") this.roomChanged(data);
    else if (name === "seats") this.set({ seats: data.seats });
    else if (name === "closed") this.exit(data.error);
    else if (name === "outside") this.look().catch(() => {});
    else if (name === "broken") this.listenAnew();
    else if (name === "lost") this.set({ isAway: true });
    else if (name === "found") this.found(data);
    for (const hearer of this.hearers.get(name) ?? []) hearer(data);
  }

  found(milliseconds) {
    this.set({ isAway: false });
    if (milliseconds < SHORT_LOSS) return;
    const seconds = `${Math.round(milliseconds / 1000)} s`;
    if (leads(this.state)) this.say(`Connected again after ${seconds}; the class is where you are.`);
    else if (this.state.follows) this.say(`You were away for ${seconds}; here is where the class is now.`);
    this.whereabouts.tell();
  }

  roomMoved(said) {
    const { isFirst } = this;
    this.isFirst = false;
    const { room, ...state } = this.state;
    this.set({ place: said.version ? said.place : null }); // the front door's place is empty
    if (!room) return void (this.first = { said, isFirst }); // who leads is told at once after this
    if (this.sending.isPending) return;
    if (onRoomMove({ room, ...state }, said, this.tab, isFirst, here()) === "go") this.go();
  }

  roomChanged(room) {
    const before = this.state.room;
    const led = leads(this.state);
    this.set({ room, isAway: false });
    const { first } = this;
    this.first = null;
    if (first && onRoomMove(this.state, first.said, this.tab, first.isFirst, here()) === "go") this.go();
    if (!mayLeave(this.state) && !this.state.follows && !leads(this.state) && !isRoomsOwn(here())) this.stay();
    if (before?.leader?.seat !== room.leader?.seat && before) this.leadChanged(led);
    this.leaveOut(before?.closed ?? [], room.closed);
  }

  /** The lead went from one to another. */
  leadChanged(led) {
    const { role, room } = this.state;
    if (!leads(this.state)) this.sending.stop();
    if (leads(this.state)) {
      this.set({ follows: true });
      this.say(role === "student" ? "You have the lead: the class sees what you do." : "You lead again.");
      if (role === "student" && !isRoomsOwn(here())) {
        this.turn(withClosed(here(), [], room.closed)); // whoever leads may change all
        this.sending.lead(here());
      }
    } else if (led) {
      this.follow();
      this.say(role === "teacher" ? `${room.leader?.nickname ?? "A student"} leads now.` : "Your teacher leads again.");
    }
  }

  /** Leave out of this screen what students may not change. */
  leaveOut(former, closed) {
    const isFor = this.state.role === "student" && !leads(this.state);
    document.documentElement.dataset.closed = isFor ? closed.join(" ") : "";
    if (isFor && String(former) !== String(closed)) this.turn(withClosed(here(), closed, former));
  }

  // ---- moving

  /** This tab has come to another place. */
  moved(place, isOwn) {
    if (isOwn) this.state.touched = true;
    const outcome = onOwnMove(this.state, place);
    if (outcome === "lead") this.sending.lead(place);
    else if (outcome === "leave") this.leave();
    else if (outcome === "stay") this.stay();
    this.whereabouts.tellSoon();
  }

  /** Go where the room is; a teacher's page of the room stays, unless it is `asked` to go. */
  go(isAsked = false) {
    const { place, role, room } = this.state;
    if (place === null || (role === "teacher" && isRoomsOwn(here()) && !isAsked)) return;
    this.turn(role === "student" && !leads(this.state) ? withClosed(place, room.closed) : place);
  }

  turn(place) {
    const isWaiting = this.wanted !== undefined && this.wanted !== null;
    this.wanted = place;
    if (isWaiting) return;
    whenTurned(() => {
      const wanted = this.wanted;
      this.wanted = null;
      this.state.touched = false;
      turnTo(wanted);
    });
  }

  /** Look around alone. */
  leave() {
    this.set({ follows: false, said: "" });
    remember(this.state);
    this.whereabouts.tell();
  }

  /** One may not leave the lead. */
  stay() {
    this.follow();
    this.say("Your teacher leads all of you just now.");
  }

  /** Return to where the room is. */
  follow(isAsked = false) {
    this.set({ follows: true, said: "" });
    remember(this.state);
    this.go(isAsked);
    this.whereabouts.tell();
  }

  /** Turn this tab to another page of one's own accord. */
  visit(page) {
    this.state.touched = true;
    turnTo(page, true);
  }

  isSentAgain(error) {
    if (error instanceof Refusal && error.kind === "forbidden") {
      this.look().catch(() => {});
      return false;
    }
    if (["invalid", "too_large", "limit"].includes(error.kind)) this.say(error.message);
    return leads(this.state) && !["invalid", "too_large"].includes(error.kind);
  }

  // ---- saying

  /** A word on what happened, for a while. */
  say(said) {
    this.set({ said });
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.set({ said: "" }), 8000);
  }
}

export const room = new Room();
