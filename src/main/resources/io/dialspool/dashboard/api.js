// Calls to the port that the page came from, and to nothing else.

const KEY = 'dialspool.token';
const listeners = new Set();

export const token = () => sessionStorage.getItem(KEY) || '';

/** Kept until the tab is closed; an empty one is forgotten. */
export function setToken(text) {
  if (text) {
    sessionStorage.setItem(KEY, text);
  } else {
    sessionStorage.removeItem(KEY);
  }
  listeners.forEach((listener) => listener());
}

export const onToken = (listener) => listeners.add(listener);

/** What the server, or the way to it, said no with. */
export class Refused extends Error {
  constructor(status, code, message, state) {
    super(message);
    this.status = status;
    this.code = code;
    this.state = state;
  }
}

export function request(method, path, body, signal) {
  const headers = {};
  if (token()) {
    headers.Authorization = 'Bearer ' + token();
  }
  if (method !== 'GET') {
    headers['Content-Type'] = 'application/json';
  }
  return fetch(path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    signal,
  });
}

export async function refusal(answer) {
  const code = answer.headers.get('x-amzn-ErrorType') || '';
  let body = {};
  try {
    body = await answer.json();
  } catch {
    // an answer that isn't ours has no message
  }
  return new Refused(answer.status, code, body.message || body.Message || code || 'Error ' + answer.status, body.state);
}

/** The answer's JSON; an empty answer is {}. Throws Refused. */
export async function call(method, path, body) {
  let answer;
  try {
    answer = await request(method, path, body, AbortSignal.timeout(35000));
  } catch (failure) {
    throw new Refused(0, '', failure.name === 'TimeoutError'
      ? 'The server doesn’t answer; it may have done it all the same.'
      : 'The server doesn’t answer.');
  }
  if (!answer.ok) {
    throw await refusal(answer);
  }
  const text = await answer.text();
  return text ? JSON.parse(text) : {};
}

/** The same, tried again a few times while the server says that it is busy. */
export async function patiently(method, path, body) {
  for (let left = 5; ; left--) {
    try {
      return await call(method, path, body);
    } catch (refused) {
      if (left === 0 || (refused.status !== 429 && refused.status !== 503)) {
        throw refused;
      }
      await new Promise((then) => setTimeout(then, 1000));
    }
  }
}

export const below = (campaign, rest) => '/campaigns/' + encodeURIComponent(campaign) + rest;
export const query = (path, values) => path + '?' + new URLSearchParams(Object.entries(values).filter(([, value]) => value));
