// What campaigns there are, and their names, which the target knows. Asked for once a minute.

import {call} from './api.js';
import {h} from './dom.js';

const AGAIN_MS = 60000;
const SOON_MS = 3000;
const PAGES_MAX = 10;
const STATES_MAX = 100;

const names = new Map();
let withoutRequests = []; // {campaignId, gate: {state}}
let told = new Map(); // states that the target told us, for campaigns whose gate has had no cause to ask
let inSpool = new Map();
let askedAt = 0;
let asking = false;
const listeners = new Set();

export const nameOf = (id) => names.get(id) || id;
export const hasName = (id) => names.has(id);
export const onNames = (listener) => listeners.add(listener);

/** Every campaign that we know of, with its report as far as it has one: those of the picture first. */
export const known = () => [...inSpool.values(), ...withoutRequests.filter((one) => !inSpool.has(one.campaignId))];
export const stateOf = (one) => (one.gate.state === 'Unknown' && told.get(one.campaignId)) || one.gate.state;
export const reportOf = (id) => inSpool.get(id) || withoutRequests.find((one) => one.campaignId === id);

export function seen(campaigns) {
  const before = inSpool;
  inSpool = new Map(campaigns.map((one) => [one.campaignId, one]));
  const fresh = campaigns.some((one) => !names.has(one.campaignId) && !before.has(one.campaignId));
  const age = Date.now() - askedAt;
  if (age > AGAIN_MS || (fresh && age > SOON_MS)) {
    ask();
  }
}

/** Asks now: something has been changed. */
export const changed = () => ask();

async function ask() {
  if (asking) {
    return;
  }
  asking = true;
  askedAt = Date.now();
  try {
    const ids = [];
    let next;
    for (let page = 0; page < PAGES_MAX; page++) {
      const piece = await call('POST', '/campaigns-summary', {maxResults: 50, nextToken: next});
      for (const one of piece.campaignSummaryList || []) {
        names.set(one.id, one.name);
        ids.push(one.id);
      }
      next = piece.nextToken;
      if (!next) {
        break;
      }
    }
    told = await states(ids.filter((id) => (inSpool.get(id)?.gate.state || 'Unknown') === 'Unknown').slice(0, STATES_MAX));
    withoutRequests = [...told].filter(([id]) => !inSpool.has(id)).map(([campaignId, state]) => ({campaignId, gate: {state}}));
    listeners.forEach((listener) => listener());
  } catch (refused) {
    if (refused.status !== 403) {
      askedAt += SOON_MS - AGAIN_MS;
    }
    // the ids stand in for the names: a key that may read here needn't be one that the target's calls want
  } finally {
    asking = false;
  }
}

async function states(ids) {
  const found = new Map();
  for (let i = 0; i < ids.length; i += 25) {
    const answer = await call('POST', '/campaigns-state', {campaignIds: ids.slice(i, i + 25)});
    for (const one of answer.successfulRequests || []) {
      found.set(one.campaignId, one.state);
    }
  }
  return found;
}

/** A choice of campaigns that keeps up with them. first: the text of the choice with no value, if it has one. */
export function campaignField(id, first) {
  const select = h('select', {id});
  const fill = () => {
    const options = known().map((one) => [one.campaignId, nameOf(one.campaignId)]);
    const text = JSON.stringify(options);
    if (select.dataset.filled === text) {
      return;
    }
    select.dataset.filled = text;
    const chosen = select.value || select.dataset.wanted || '';
    const all = first ? [['', first], ...options] : options;
    if (chosen && !all.some(([value]) => value === chosen)) {
      all.push([chosen, nameOf(chosen)]);
    }
    select.replaceChildren(...all.map(([value, label]) => h('option', {value}, label)));
    if (!all.length) {
      select.append(h('option', {value: ''}, 'No campaign yet'));
    }
    select.value = all.some(([value]) => value === chosen) ? chosen : all.length ? all[0][0] : '';
  };
  onNames(fill);
  return {
    element: select,
    fill,
    choose(campaign) {
      select.dataset.wanted = campaign;
      delete select.dataset.filled;
      select.value = '';
      fill();
    },
  };
}
