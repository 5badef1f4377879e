// All at a glance: what became of every request, how fast it goes, each campaign, each target.

import {actionsOf} from './actions.js';
import {chart} from './charts.js';
import {h, mark, say, show} from './dom.js';
import {count, held, percent, rate, span, words} from './format.js';
import {hasName, known, nameOf, onNames, stateOf} from './names.js';
import {growth, level} from './series.js';

const STATES = [
  ['queued', 'queued'],
  ['inFlight', 'in flight'],
  ['submitted', 'submitted'],
  ['rejected', 'rejected'],
  ['expired', 'expired'],
  ['cancelled', 'cancelled'],
  ['undeliverable', 'undeliverable'],
];

/** accepted = queued + … as a bar whose parts are as long as they are many, and as a sum. */
export function conservation(title) {
  const total = h('dd', {}, '–');
  const verdict = h('p', {class: 'verdict'});
  const parts = STATES.map(([name]) => h('span', {class: 'part', 'data-colour': name}));
  const figures = STATES.map(() => h('dd', {}, '–'));
  const element = h('section', {class: 'panel conservation', 'aria-label': title},
    h('div', {class: 'panel-head'}, h('h2', {}, title), verdict),
    h('div', {class: 'bar', 'aria-hidden': 'true'}, parts),
    h('dl', {class: 'sum'}, h('div', {class: 'whole'}, h('dt', {}, 'accepted'), total), STATES.map(([name, label], i) =>
      h('div', {}, h('dt', {}, h('span', {class: 'swatch', 'data-colour': name, 'aria-hidden': 'true'}), label), figures[i]))));
  return {
    element,
    update(counts) {
      const sum = STATES.reduce((all, [name]) => all + counts[name], 0);
      say(total, count(counts.accepted));
      STATES.forEach(([name], i) => {
        say(figures[i], count(counts[name]));
        parts[i].style.flexGrow = counts[name];
        show(parts[i], counts[name] > 0);
      });
      mark(verdict, 'fine', String(sum === counts.accepted));
      say(verdict, sum === counts.accepted ? (sum ? 'It adds up' : '') : `It doesn’t add up: ${count(sum)} in all. Please report this.`);
    },
  };
}

export function rateCharts() {
  return [
    chart({title: 'Intake', unit: 'requests/s', format: rate, atLeast: 10,
      lines: [{label: 'accepted', colour: 'accent', of: growth((s) => s.accepted)}]}),
    chart({title: 'Outcomes', unit: 'submitted/s', format: rate, atLeast: 10,
      lines: ['submitted', 'rejected', 'expired', 'undeliverable'].map((name) =>
        ({label: name, colour: name, of: growth((s) => s[name])}))}),
    chart({title: 'Calls', unit: 'calls/s', format: rate, atLeast: 2,
      lines: [
        {label: 'made', colour: 'accent', of: growth((s) => s.calls)},
        {label: 'throttled', colour: 'expired', of: growth((s) => s.throttled)},
        {label: 'admitted', colour: 'muted', dash: true, of: level((s) => s.admittedHundredths / 100)},
      ]}),
    chart({title: 'Batch fill', unit: 'of 25', format: rate, atLeast: 25 / 1.15,
      lines: [{label: 'requests in a call', colour: 'submitted', of: (before, now) =>
        before && now.calls > before.calls ? (now.items - before.items) / (now.calls - before.calls) : null}]}),
  ];
}

export function overview(series) {
  const line = conservation('Every request accounted for');
  const charts = rateCharts();
  const campaigns = campaignTable();
  const targets = targetTable();
  const element = h('div', {class: 'view overview'},
    h('h1', {class: 'spoken', tabindex: '-1'}, 'Overview'),
    line.element,
    h('section', {class: 'panel charts', 'aria-label': 'The last 15 minutes'}, charts.map((one) => one.element)),
    campaigns.element,
    targets.element);
  const redraw = () => charts.forEach((one) => one.update(series));
  return {
    element,
    title: 'Overview',
    shown: redraw,
    redraw,
    update(picture) {
      line.update(picture.counts);
      campaigns.update(picture);
      targets.update(picture.targets || []);
    },
  };
}

function campaignTable() {
  const body = h('tbody');
  const empty = h('p', {class: 'empty', hidden: true});
  const more = h('p', {class: 'note', hidden: true});
  const filter = h('input', {type: 'search', id: 'filter', placeholder: 'Name, id or state', autocomplete: 'off', oninput: () => paint()});
  const table = h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Campaigns, scrolls sideways'},
    h('table', {class: 'campaigns'},
      h('caption', {class: 'spoken'}, 'Campaigns, the newest first'),
      h('thead', {}, h('tr', {},
        h('th', {scope: 'col'}, 'Campaign'),
        h('th', {scope: 'col', class: 'wide'}, 'State'),
        h('th', {scope: 'col', class: 'wide'}, 'What holds it'),
        ...['Queued', 'In flight', 'Submitted', 'Dead', 'Per second', 'Done in', 'Will expire'].map((name) =>
          h('th', {scope: 'col', class: 'number' + (['Queued', 'Done in'].includes(name) ? '' : ' wide')}, name)),
        h('th', {scope: 'col', class: 'control'}, h('span', {class: 'spoken'}, 'Actions')))),
      body));
  const element = h('section', {class: 'panel', 'aria-labelledby': 'campaigns-title'},
    h('div', {class: 'panel-head'}, h('h2', {id: 'campaigns-title'}, 'Campaigns'),
      h('div', {class: 'filter'}, h('label', {for: 'filter', class: 'spoken'}, 'Filter campaigns'), filter)),
    table, empty, more);
  const rows = new Map();
  let total = 0;
  let seenPicture = false;
  onNames(() => seenPicture && paint());

  function paint() {
    const wanted = filter.value.trim().toLowerCase();
    const all = known();
    const fits = all.filter((one) => !wanted ||
      (nameOf(one.campaignId) + ' ' + one.campaignId + ' ' + stateOf(one) + ' ' + held(one)).toLowerCase().includes(wanted));
    const ids = new Set(fits.map((one) => one.campaignId));
    for (const [id, row] of rows) {
      if (!ids.has(id)) {
        row.close();
        row.element.remove();
        rows.delete(id);
      }
    }
    fits.forEach((one, i) => {
      let row = rows.get(one.campaignId);
      if (!row) {
        row = campaignRow(one.campaignId);
        rows.set(one.campaignId, row);
      }
      row.update(one);
      if (body.children[i] !== row.element) {
        body.insertBefore(row.element, body.children[i] || null);
      }
    });
    show(table, fits.length > 0);
    show(empty, fits.length === 0);
    say(empty, all.length ? 'No campaign fits that.' : 'No campaign yet. Create one at the data port and send it dial requests; it appears here by itself.');
    const hidden = total - all.filter((one) => one.counts).length;
    show(more, hidden > 0);
    say(more, `${count(hidden)} more campaigns, in which less is waiting, are not shown.`);
  }

  return {
    element,
    update(picture) {
      total = picture.campaignsTotal;
      seenPicture = true;
      paint();
    },
  };
}

function campaignRow(id) {
  const link = h('a', {href: '#/campaign/' + encodeURIComponent(id)});
  const small = h('span', {class: 'small'});
  const state = h('span', {class: 'state'});
  const narrow = h('span', {class: 'narrow small'});
  const holds = h('td', {class: 'wide holds'});
  const cells = Array.from({length: 7}, (_, i) => h('td', {class: 'number' + (i === 0 || i === 5 ? '' : ' wide')}));
  const actions = actionsOf(id);
  const element = h('tr', {},
    h('th', {scope: 'row'}, link, small, narrow), h('td', {class: 'wide'}, state), holds, cells,
    h('td', {class: 'control'}, actions.element));
  return {
    element,
    close: actions.close,
    update(one) {
      say(link, nameOf(id));
      say(small, hasName(id) ? id.slice(0, 13) + (id.length > 13 ? '…' : '') : '');
      say(state, stateOf(one));
      mark(state, 'state', stateOf(one));
      const why = one.counts ? held(one) : 'no request yet';
      say(holds, why || (one.counts.inFlight ? 'nothing' : 'nothing is waiting'));
      mark(holds, 'any', String(Boolean(one.held)));
      say(narrow, stateOf(one) + (why && !why.startsWith('paused') ? ', ' + why : why ? why.slice('paused'.length) : ''));
      const counts = one.counts;
      const dead = counts ? counts.rejected + counts.expired + counts.undeliverable : 0;
      const texts = counts
        ? [count(counts.queued), count(counts.inFlight), count(counts.submitted), count(dead),
          one.drainPerSecond < 0.05 ? '–' : rate(one.drainPerSecond), eta(one), count(one.willExpire)]
        : Array(7).fill('–');
      texts.forEach((text, i) => say(cells[i], text));
      mark(cells[6], 'warn', String(Boolean(one.willExpire)));
      actions.update(stateOf(one));
    },
  };
}

export const eta = (one) =>
  one.etaSeconds == null || one.counts.queued + one.counts.inFlight === 0 ? '–' : span(one.etaSeconds);

function targetTable() {
  const body = h('tbody');
  const rows = new Map();
  const element = h('section', {class: 'panel budget', 'aria-labelledby': 'targets-title'},
    h('div', {class: 'panel-head'}, h('h2', {id: 'targets-title'}, 'Call budget')),
    h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Call budget, scrolls sideways'}, h('table', {},
      h('caption', {class: 'spoken'}, 'Each target’s call budget'),
      h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'Target'),
        ...['Admitted/s', 'At most/s', 'Calls', 'Throttled'].map((name) => h('th', {scope: 'col', class: 'number'}, name)),
        h('th', {scope: 'col', class: 'breaker'}, 'Circuit breaker'))),
      body)));
  return {
    element,
    update(targets) {
      for (const one of targets) {
        let row = rows.get(one.target);
        if (!row) {
          const cells = Array.from({length: 4}, () => h('td', {class: 'number'}));
          const breaker = h('td', {class: 'breaker'});
          row = {cells, breaker};
          rows.set(one.target, row);
          body.append(h('tr', {}, h('th', {scope: 'row'}, one.target), cells, breaker));
        }
        const texts = [rate(one.callsPerSecond), rate(one.callsPerSecondMax), count(one.calls),
          count(one.callsThrottled) + ' (' + percent(one.callsThrottled, one.calls) + ')'];
        texts.forEach((text, i) => say(row.cells[i], text));
        say(row.breaker, one.breaker === 'CLOSED' ? 'closed: all is well' : words(one.breaker) + ': the target fails or doesn’t answer');
        mark(row.breaker, 'warn', String(one.breaker !== 'CLOSED'));
      }
    },
  };
}
