// One run's live data, as server-sent events. The browser reconnects by itself and tells the server the last step it got.

const PATIENCE = 5000; // ms without a first word before we believe that streaming does not get through

/**
 * Listen to a run.
 * @param {string} url of the stream
 * @param {Object<string, function(object)>} handlers by event name; "broken" is called if streaming does not get through
 * @returns {function()} closes the stream
 */
export function listen(url, handlers) {
  const source = new EventSource(new URL(url, location.origin));
  let heard = false;
  const timer = setTimeout(() => heard || handlers.broken?.(), PATIENCE);
  for (const [name, handler] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => {
      heard = true;
      if (event.data !== undefined) handler(JSON.parse(event.data));
    });
  }
  source.addEventListener("error", () => {
    // closed for good (a refusal), rather than trying again
    if (source.readyState === EventSource.CLOSED) handlers.broken?.();
  });
  source.addEventListener("gone", () => source.close());
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
