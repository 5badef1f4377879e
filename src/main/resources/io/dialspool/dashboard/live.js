// The stream of pictures. By fetch rather than EventSource, which can't send a key.

import {refusal, request, token} from './api.js';

const SILENCE_MS = 5000;
const HIDDEN_MS = 60000;
const PAUSES_S = [1, 2, 3, 5];

/**
 * Tells handlers.hello, .history and .picture what comes, and handlers.link how the connection is:
 * connecting, live, gone (with seconds until the next try), refused (with why).
 */
export function watch(handlers) {
  let abort = new AbortController();
  let failures = 0;
  let wake = () => {};
  let hidden = 0;

  async function run() {
    for (;;) {
      if (document.hidden && hidden && Date.now() - hidden > HIDDEN_MS) {
        handlers.link('resting');
        await sleep(3600);
        continue;
      }
      abort = new AbortController();
      const usedToken = token();
      let refused = null;
      try {
        refused = await read(abort);
      } catch {
        // gone: told below
      }
      if (refused && token() === usedToken) {
        const busy = refused.status === 429 || refused.status === 503;
        handlers.link(busy ? 'busy' : 'refused', refused);
        await sleep(busy ? 10 : 3600);
      } else if (!refused) {
        const pause = PAUSES_S[Math.min(failures++, PAUSES_S.length - 1)];
        for (let left = pause; left > 0; left--) {
          handlers.link('gone', left);
          if (await sleep(1)) {
            break;
          }
        }
      }
    }
  }

  async function read(controller) {
    let quiet = setTimeout(() => controller.abort(), SILENCE_MS);
    const answer = await request('GET', '/dashboard/live', undefined, controller.signal);
    if (!answer.ok) {
      clearTimeout(quiet);
      return refusal(answer);
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    try {
      for (;;) {
        const {value, done} = await reader.read();
        clearTimeout(quiet);
        if (done) {
          return null;
        }
        quiet = setTimeout(() => controller.abort(), SILENCE_MS);
        const events = (rest + value).split('\n\n');
        rest = events.pop();
        events.forEach(tell);
      }
    } finally {
      clearTimeout(quiet);
      controller.abort();
    }
  }

  function tell(event) {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(event) || [];
    if (name && handlers[name]) {
      failures = 0;
      handlers.link('live');
      handlers[name](JSON.parse(data));
    }
  }

  // True if somebody wants it to go on at once.
  function sleep(seconds) {
    return new Promise((then) => {
      const timer = setTimeout(() => then(false), seconds * 1000);
      wake = () => {
        clearTimeout(timer);
        then(true);
      };
    });
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      hidden = Date.now();
      setTimeout(() => document.hidden && Date.now() - hidden > HIDDEN_MS && abort.abort(), HIDDEN_MS + 1000);
    } else {
      hidden = 0;
      wake();
    }
  });
  window.addEventListener('online', () => wake());
  run();
  return {
    again() {
      failures = 0;
      abort.abort();
      wake();
    },
  };
}
