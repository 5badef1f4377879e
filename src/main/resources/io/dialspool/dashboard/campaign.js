// One campaign: how it stands, its last quarter of an hour, and what happened in it.

import {actionsOf} from './actions.js';
import {call, query} from './api.js';
import {chart} from './charts.js';
import {h, mark, say, show} from './dom.js';
import {count, held, rate, span, time} from './format.js';
import {hasName, nameOf, reportOf, stateOf} from './names.js';
import {conservation, eta} from './overview.js';
import {growth, level, Series} from './series.js';

const AGAIN_MS = 5000;

/** A dialer that is no longer full is offered more and more; no call budget admits that much. */
const MORE_THAN_IT_GETS = 10000;

export function campaign(id) {
  const title = h('h1', {tabindex: '-1'});
  const state = h('span', {class: 'state'});
  const small = h('span', {class: 'small'});
  const holds = h('p', {class: 'lead'});
  const actions = actionsOf(id);
  const line = conservation('Its requests');
  const figures = new Map();
  const keys = h('dl', {class: 'keys'}, ['Waiting', 'Done in', 'Will expire before', 'Per second', 'Dialer takes', 'Batch fill', 'Oldest waits since', 'Next deadline']
    .map((name) => {
      figures.set(name, h('dd', {}, '–'));
      return h('div', {}, h('dt', {}, name), figures.get(name));
    }));
  const series = new Series(10000);
  const charts = [
    chart({title: 'Accepted', unit: 'requests/s', format: rate, atLeast: 10,
      lines: [{label: 'accepted', colour: 'accent', of: growth((s) => s.accepted)}]}),
    chart({title: 'Ended', unit: 'submitted/s', format: rate, atLeast: 10, lines: [
      {label: 'submitted', colour: 'submitted', of: growth((s) => s.submitted)},
      {label: 'dead letters', colour: 'expired', of: growth((s) => s.dead)},
      {label: 'cancelled', colour: 'cancelled', of: growth((s) => s.cancelled)},
    ]}),
    chart({title: 'Waiting', unit: 'requests', format: count, atLeast: 10,
      lines: [{label: 'waiting', colour: 'queued', of: level((s) => s.waiting)}]}),
  ];
  const events = h('ol', {class: 'events'});
  const trouble = h('p', {class: 'fault', hidden: true});
  const known = h('div', {}, line.element, h('section', {class: 'panel', 'aria-label': 'Figures'}, keys),
    h('section', {class: 'panel charts three', 'aria-label': 'The last 15 minutes'}, charts.map((one) => one.element)),
    h('section', {class: 'panel', 'aria-labelledby': 'events-title'},
      h('div', {class: 'panel-head'}, h('h2', {id: 'events-title'}, 'What happened')), events));
  const element = h('div', {class: 'view'},
    h('p', {class: 'crumb'}, h('a', {href: '#/'}, 'Overview')),
    h('div', {class: 'title'}, title, state, actions.element), small, holds, trouble,
    h('p', {class: 'links'},
      h('a', {href: '#/search/' + encodeURIComponent(id)}, 'Search a request'),
      h('a', {href: '#/dead-letters/' + encodeURIComponent(id)}, 'Dead letters'),
      h('a', {href: '#/recall/' + encodeURIComponent(id)}, 'Recall')),
    known);
  let timer = 0;
  let events0 = '';

  async function ask() {
    try {
      const past = await call('GET', query('/dashboard/campaign', {campaign: id}));
      show(trouble, false);
      show(known, true);
      tell(past);
      if (past.history) {
        series.replace(past.history);
        charts.forEach((one) => one.update(series));
      }
      tellEvents(past.events || []);
    } catch (refused) {
      const never = refused.status === 404;
      show(known, !never);
      show(trouble, refused.status !== 0);
      say(trouble, never ? 'No dial request of this campaign was ever accepted here.' : refused.message);
      mark(trouble, 'mild', String(never));
    }
  }

  function tell(report) {
    say(title, nameOf(id));
    say(small, [hasName(id) ? id : '', report?.target ? 'target ' + report.target : ''].filter(Boolean).join(' · '));
    if (!report) {
      return;
    }
    say(state, stateOf(report));
    mark(state, 'state', stateOf(report));
    actions.update(stateOf(report));
    if (!report.counts) {
      return;
    }
    const why = held(report);
    say(holds, why ? why[0].toUpperCase() + why.slice(1) + '.' : 'Nothing is waiting.');
    line.update(report.counts);
    const set = (name, text) => say(figures.get(name), text);
    set('Waiting', count(report.counts.queued + report.counts.inFlight));
    set('Done in', eta(report));
    set('Will expire before', count(report.willExpire));
    mark(figures.get('Will expire before'), 'warn', String(report.willExpire > 0));
    set('Per second', rate(report.drainPerSecond));
    set('Dialer takes', !report.occupancyPerSecond ? 'never full yet'
      : report.occupancyPerSecond > MORE_THAN_IT_GETS ? 'all it gets' : rate(report.occupancyPerSecond) + '/s');
    set('Batch fill', report.batchFill ? rate(report.batchFill) + ' of 25' : '–');
    set('Oldest waits since', report.oldestQueuedAt ? time(report.oldestQueuedAt) : '–');
    set('Next deadline', report.nextDeadline ? deadline(report.nextDeadline) : '–');
  }

  const deadline = (iso) => {
    const left = (Date.parse(iso) - Date.now()) / 1000;
    return left > 0 ? 'in ' + span(left) : time(iso);
  };

  function tellEvents(list) {
    const text = JSON.stringify(list);
    if (text !== events0) {
      events0 = text;
      events.replaceChildren(...list.slice().reverse().map((one) => h('li', {},
        h('time', {datetime: new Date(one.at).toISOString()}, time(one.at, true)),
        one.state ? h('span', {}, 'State ', h('span', {class: 'state', 'data-state': one.state}, one.state)) : h('span', {}, one.held))));
    }
  }

  return {
    element,
    get title() {
      return nameOf(id);
    },
    shown() {
      tell(reportOf(id));
      ask();
      timer = setInterval(() => document.hidden || ask(), AGAIN_MS);
    },
    update() {
      tell(reportOf(id));
    },
    close() {
      clearInterval(timer);
      actions.close();
      charts.forEach((one) => one.close());
    },
  };
}
