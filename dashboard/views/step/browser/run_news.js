// What happens to the run that is shown: a newer checkpoint, or its end.

import { listen } from "../../../browser/listening.js";

const FOLLOW_EVERY = 1000; // ms between two looks at a newer checkpoint
const POLL_EVERY = 3000; // ms between two looks where live data does not get through

/**
 * Hear of a run.
 * @param {{run: number, end_step: number}} data of the mounted view
 * @param {{checkpoint: function(number), status: function(?string), gone: function(), silence: function()}} hears
 *   `checkpoint` is called with the newest one, `status` with what the run is doing, null until that is heard, and
 *   `silence` now and then where nothing can be heard
 * @returns {function()} stops it
 */
export function hearOf({ run, end_step }, hears) {
  let poll, follow;
  hears.status(null);
  let followedAt = -Infinity;
  const close = listen(`run/${run}`, end_step, {
    run({ checkpoint, status }) {
      hears.status(status);
      clearTimeout(follow); // not more often than people can see
      follow = setTimeout(
        () => {
          followedAt = performance.now();
          hears.checkpoint(checkpoint);
        },
        Math.max(0, followedAt + FOLLOW_EVERY - performance.now()),
      );
    },
    gone: () => hears.gone(),
    broken() {
      clearInterval(poll);
      poll = setInterval(() => hears.silence(), POLL_EVERY);
    },
  });
  return () => {
    close();
    clearInterval(poll);
    clearTimeout(follow);
  };
}
