// Start, pause, resume, stop: asked first, done by the campaign API's own calls.

import {below, call} from './api.js';
import {confirm} from './dialog.js';
import {h, toast} from './dom.js';
import {plural} from './format.js';
import {changed, nameOf, reportOf} from './names.js';

const LEGAL = {Initialized: ['start'], Running: ['pause', 'stop'], Paused: ['resume', 'stop']};
const LABELS = {start: 'Start', pause: 'Pause', resume: 'Resume', stop: 'Stop'};
const DONE = {start: 'started', pause: 'paused', resume: 'resumed', stop: 'stopped'};

let may = false;
const groups = new Set();

/** Whether controls are there at all. */
export function allow(control) {
  may = control;
  document.documentElement.dataset.control = control ? 'yes' : 'no';
  groups.forEach((paint) => paint());
}

export const mayControl = () => may;

/** Buttons for what is legal in the campaign's state. */
export function actionsOf(id) {
  const element = h('div', {class: 'actions'});
  let shown = '';
  let state = '';
  const paint = () => {
    const legal = may ? LEGAL[state] || [] : [];
    if (shown === legal.join()) {
      return;
    }
    const focused = element.contains(document.activeElement);
    shown = legal.join();
    element.replaceChildren(...legal.map((how) =>
      h('button', {type: 'button', 'data-how': how, 'aria-label': LABELS[how] + ' ' + nameOf(id), onclick: () => act(id, how)}, LABELS[how])));
    if (focused) {
      element.firstChild?.focus();
    }
  };
  groups.add(paint);
  return {
    element,
    update(now) {
      state = now;
      paint();
    },
    close: () => groups.delete(paint),
  };
}

function consequence(how, report) {
  const counts = report?.counts || {queued: 0, inFlight: 0};
  const queued = plural(counts.queued, 'queued request');
  switch (how) {
    case 'start':
      return `Its ${queued} will be sent, as fast as the call budget and its dialer admit.`;
    case 'resume':
      return `Its ${queued} will be sent again, as fast as the call budget and its dialer admit.`;
    case 'pause':
      return `Its ${queued} will be held; what is in flight (${counts.inFlight}) finishes. Held requests still expire at their deadlines.`;
    default:
      return `A stopped campaign can’t be started again. Its ${queued} will never be sent: they end undeliverable, as dead letters.`;
  }
}

async function act(id, how) {
  const name = nameOf(id);
  const yes = await confirm({
    title: `${LABELS[how]} ${name}?`,
    body: h('p', {}, consequence(how, reportOf(id))),
    yes: `${LABELS[how]} campaign`,
    danger: how === 'stop',
  });
  if (!yes) {
    return;
  }
  try {
    await call('POST', below(id, '/' + how));
    toast(`${name} is ${DONE[how]}.`);
  } catch (refused) {
    toast(`${name} was not ${DONE[how]}: ${refused.message}`, 'fault');
  }
  changed();
}
