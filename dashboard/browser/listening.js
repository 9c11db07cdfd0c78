// Live data: the one connection of this tab, whatever its parts listen to. It reconnects by itself, and goes on from
// the last position that it heard of, so that nothing is lost or told twice.

const PATIENCE = 5000; // ms without a first word before we believe that live data does not get through
const SILENCE = 40000; // ms without any word, after which a connection is dead; the server speaks every 15 s
const FIRST_WAIT = 300; // ms before a lost connection is made again; then twice as long each time, up to
const LONGEST_WAIT = 15000; // ms
const LAST = ["gone", "back", "closed", "refused"]; // events after which a topic has no other
const IDLE = 2000; // ms for which a connection stays that nobody listens on, since pages are often only changed

const listeners = new Map(); // number -> {topic, after, handlers, heard, timer}
let counted = 0;
let socket = null;
let waiting = null; // timer of the next attempt
let failures = 0;
let alarm = null; // timer of a connection that has gone silent
let idle = null;
let lostAt = null; // when the connection was lost, until something is heard again

/**
 * Listen to a topic.
 * @param {string} topic such as "run/5"
 * @param {number} after the position from which on everything is wanted
 * @param {Object<string, function(object)>} handlers by event name; "broken" is called if nothing gets through, "lost"
 *   when the connection is, and "found" with the milliseconds for which it was
 * @returns {function()} stops listening
 */
export function listen(topic, after, handlers) {
  const number = ++counted;
  const listener = { topic, after, handlers, heard: false };
  listener.timer = setTimeout(() => listener.heard || handlers.broken?.(), PATIENCE);
  listeners.set(number, listener);
  clearTimeout(idle);
  if (socket?.readyState === WebSocket.OPEN) ask(number, listener);
  else connect();
  return () => forget(number, true);
}

function ask(number, { topic, after }) {
  socket.send(JSON.stringify({ listen: topic, after, as: number }));
}

/** Listen no more; `tell` the server, unless it knows. */
function forget(number, tell) {
  const listener = listeners.get(number);
  if (!listener) return;
  clearTimeout(listener.timer);
  listeners.delete(number);
  if (tell && socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ leave: number }));
  clearTimeout(idle);
  idle = setTimeout(() => {
    if (listeners.size) return;
    drop();
    lostAt = null; // nobody misses it
  }, IDLE);
}

/** End the connection, for now. */
function drop() {
  clearTimeout(waiting);
  clearTimeout(alarm);
  waiting = null;
  const former = socket;
  socket = null;
  former?.close();
}

function connect() {
  if (socket || waiting) return;
  const url = new URL("../../live", import.meta.url); // beside the modules, whatever stands before them
  url.protocol = url.protocol.replace("http", "ws");
  const made = new WebSocket(url);
  socket = made;
  watch(made);
  made.addEventListener("open", () => {
    for (const [number, listener] of listeners) ask(number, listener);
  });
  made.addEventListener("message", ({ data }) => {
    if (socket !== made) return;
    failures = 0;
    watch(made);
    if (lostAt !== null) tellAll("found", performance.now() - lostAt);
    lostAt = null;
    for (const event of JSON.parse(data)) hear(event);
  });
  made.addEventListener("close", () => socket === made && lost());
}

/** The connection is gone; make another one before long, not all tabs at the same time. */
function lost() {
  drop();
  if (!listeners.size) return;
  tellLost();
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures) * (0.5 + Math.random());
  failures += 1;
  waiting = setTimeout(() => {
    waiting = null;
    connect();
  }, wait);
}

function tellAll(name, data) {
  for (const { handlers } of [...listeners.values()]) handlers[name]?.(data);
}

function tellLost() {
  if (lostAt === null) tellAll("lost");
  lostAt ??= performance.now();
}

/** The network is gone, which the connection notices later; when it is back, there is no need to wait. */
addEventListener("offline", () => listeners.size && tellLost());
addEventListener("online", () => {
  drop();
  if (listeners.size) connect();
});

function watch(made) {
  clearTimeout(alarm);
  alarm = setTimeout(() => socket === made && lost(), SILENCE);
}

function hear({ to, name, id, data }) {
  const listener = listeners.get(to);
  if (!listener) return;
  listener.heard = true;
  if (id !== undefined) listener.after = id;
  if (LAST.includes(name)) forget(to, false);
  const { handlers } = listener;
  if (name === "refused") handlers.broken?.();
  else handlers[name]?.(data);
}
