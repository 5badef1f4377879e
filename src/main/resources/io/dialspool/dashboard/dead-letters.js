// What ended without being submitted, and how to send it anew.

import {mayControl} from './actions.js';
import {below, call, patiently, query} from './api.js';
import {confirm} from './dialog.js';
import {h, say, show, toast} from './dom.js';
import {count, plural, time, words} from './format.js';
import {campaignField, nameOf} from './names.js';

const STATES = ['REJECTED', 'EXPIRED', 'UNDELIVERABLE'];
const REASONS = ['ATTEMPTS_EXHAUSTED', 'CAMPAIGN_STOPPED', 'CAMPAIGN_GONE', 'IN_DOUBT', 'INVALID_INPUT', 'REFUSED_ALONE'];
const HOURS = [1, 4, 12, 24, 72];
const CALLS_MAX = 10000;

export function deadLetters(campaign) {
  const where = campaignField('dead-campaign');
  const choice = (id, values, first) => h('select', {id}, h('option', {value: ''}, first), values.map((value) => h('option', {value}, words(value))));
  const state = choice('dead-state', STATES, 'any');
  const reason = choice('dead-reason', REASONS, 'any');
  const from = h('input', {type: 'datetime-local', id: 'dead-from'});
  const to = h('input', {type: 'datetime-local', id: 'dead-to'});
  const hours = h('select', {id: 'dead-hours'}, HOURS.map((value) => h('option', {value, selected: value === 4}, value === 1 ? '1 hour' : value + ' hours')));
  const doubt = h('input', {type: 'checkbox', id: 'dead-doubt'});
  const status = h('p', {class: 'empty', role: 'status'}, 'Choose a campaign and look.');
  const body = h('tbody');
  const table = h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Dead letters, scrolls sideways', hidden: true}, h('table', {class: 'letters'},
    h('caption', {class: 'spoken'}, 'Dead letters, the oldest first'),
    h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'clientToken'), h('th', {scope: 'col'}, 'Ended as'), h('th', {scope: 'col'}, 'Ended at'),
      h('th', {scope: 'col'}, 'Number'), h('th', {scope: 'col', class: 'number'}, 'Attempts'), h('th', {scope: 'col'}, 'Redriven'))),
    body));
  const more = h('button', {type: 'button', hidden: true, onclick: () => look(true)}, 'Look further');
  const result = h('p', {class: 'result', role: 'status'});
  const dry = h('button', {type: 'button', onclick: rehearse}, 'Count first');
  const go = h('button', {type: 'button', class: 'primary', hidden: true, onclick: redrive}, 'Redrive');
  const field = (id, label, input, extra = '') => h('div', {class: 'field ' + extra}, h('label', {for: id}, label), input);
  const element = h('div', {class: 'view'},
    h('h1', {tabindex: '-1'}, 'Dead letters'),
    h('form', {class: 'panel form', onsubmit: (event) => {
      event.preventDefault();
      look(false);
    }, onchange: forget},
      field('dead-campaign', 'Campaign', where.element, 'grow'),
      field('dead-state', 'Ended as', state), field('dead-reason', 'Reason', reason),
      field('dead-from', 'Ended from', from), field('dead-to', 'until before', to),
      h('button', {type: 'submit', class: 'primary'}, 'Look')),
    h('section', {class: 'panel form redrive', 'aria-labelledby': 'redrive-title'},
      h('h2', {id: 'redrive-title'}, 'Redrive'),
      h('p', {class: 'note control-only'}, 'Those that the filter above lets through are accepted anew, each as a new request with a new deadline. First they are only counted.'),
      h('p', {class: 'note read-only'}, 'Needs the right control.'),
      h('div', {class: 'row control-only'},
        field('dead-hours', 'New deadline in', hours),
        h('div', {class: 'check'}, doubt, h('label', {for: 'dead-doubt'}, 'also those that were perhaps dialled')),
        dry, go),
      result),
    h('section', {class: 'panel', 'aria-label': 'Found'}, status, table, h('p', {class: 'more'}, more)));
  let next = '';
  let looked = 0;
  let found = 0;
  let run = 0;
  let counted = null;
  hours.addEventListener('change', forget);
  doubt.addEventListener('change', forget);

  const instant = (input) => (input.value ? new Date(input.value).toISOString() : '');
  const filter = () => ({state: state.value, reason: reason.value, settledAfter: instant(from), settledBefore: instant(to)});

  // What was counted holds for the filter that it was counted with.
  function forget() {
    counted = null;
    show(go, false);
    say(result, '');
  }

  async function look(further) {
    const id = where.element.value;
    if (!id) {
      return;
    }
    const mine = ++run;
    if (!further) {
      next = '';
      looked = 0;
      found = 0;
      body.replaceChildren();
    }
    show(status, true);
    show(more, false);
    say(status, 'Looking…');
    status.classList.remove('fault');
    try {
      const page = await patiently('GET', query('/dashboard/dead-letters', {campaign: id, after: next, ...filter()}));
      if (mine !== run) {
        return;
      }
      next = page.next || '';
      looked += page.looked;
      found += page.deadLetters.length;
      body.append(...page.deadLetters.map((one) => row(id, one)));
      show(table, found > 0);
      say(status, found
        ? `${plural(found, 'dead letter')} shown, ${count(looked)} looked at${next ? '; there are more to look at' : ''}.`
        : next ? `None among the first ${count(looked)}.` : looked ? `None of ${plural(looked, 'dead letter')} fits.` : 'This campaign has no dead letters. ');
    } catch (refused) {
      show(table, found > 0);
      say(status, refused.status === 404 ? 'No dial request of this campaign was ever accepted here.' : refused.message);
      status.classList.toggle('fault', refused.status !== 404);
    }
    show(more, Boolean(next));
  }

  function row(id, one) {
    return h('tr', {},
      h('th', {scope: 'row'}, h('a', {class: 'mono', href: '#/search/' + encodeURIComponent(id) + '/' + encodeURIComponent(one.clientToken)}, one.clientToken)),
      h('td', {}, h('span', {class: 'state', 'data-state': one.state}, words(one.state)),
        one.reason ? ' ' + words(one.reason) : one.lastFailure ? ' ' + one.lastFailure : ''),
      h('td', {class: 'mono'}, time(one.settledAt, true)), h('td', {class: 'mono'}, one.phoneNumber),
      h('td', {class: 'number'}, count(one.attempts)), h('td', {class: 'mono'}, one.redrivenAs || ''));
  }

  /** The whole way, as many calls as it takes. */
  async function sweep(dryRun, deadline, tell) {
    const sum = {matched: 0, redriven: 0, inDoubt: 0, alreadyRedriven: 0, error: ''};
    const wanted = Object.fromEntries(Object.entries(filter()).filter(([, value]) => value));
    const order = {filter: {...wanted, inDoubt: doubt.checked}, deadline, dryRun};
    let stops = 0;
    for (let i = 0; i < CALLS_MAX; i++) {
      const answer = await patiently('POST', below(where.element.value, '/dead-letters/redrive'), order);
      sum.matched += answer.matched;
      sum.redriven += answer.redriven;
      sum.inDoubt += answer.skipped.inDoubt;
      sum.alreadyRedriven += answer.skipped.alreadyRedriven;
      tell(sum);
      if (!answer.next) {
        return sum;
      }
      order.after = answer.next;
      if (answer.error) {
        sum.error = answer.error;
        if (++stops === 10) {
          return sum;
        }
        await new Promise((then) => setTimeout(then, 1000));
      } else {
        sum.error = '';
        stops = 0;
      }
    }
    return sum;
  }

  const newDeadline = () => new Date(Date.now() + Number(hours.value) * 3600000).toISOString();
  const skipped = (sum) => (sum.inDoubt ? `, ${count(sum.inDoubt)} skipped as perhaps dialled` : '') +
    (sum.alreadyRedriven ? `, ${count(sum.alreadyRedriven)} redriven before` : '');

  async function rehearse() {
    const id = where.element.value;
    if (!id) {
      return;
    }
    forget();
    dry.disabled = true;
    try {
      const sum = await sweep(true, newDeadline(), (soFar) => say(result, `${count(soFar.matched)} so far…`));
      counted = sum.matched - sum.inDoubt - sum.alreadyRedriven;
      say(result, `${plural(sum.matched, 'dead letter')} match: ${count(counted)} would be redriven${skipped(sum)}.`);
      say(go, `Redrive ${count(counted)}…`);
      show(go, counted > 0);
    } catch (refused) {
      say(result, refused.message);
    }
    dry.disabled = false;
  }

  async function redrive() {
    const id = where.element.value;
    const yes = await confirm({
      title: `Redrive ${plural(counted, 'dead letter')}?`,
      body: h('p', {}, `Each becomes a new request of ${nameOf(id)}, due in ${hours.selectedOptions[0].textContent}, and will be dialled.` +
        (doubt.checked ? ' Some of them were perhaps dialled already: those people may be called twice.' : '')),
      yes: 'Redrive them', danger: doubt.checked,
    });
    if (!yes) {
      return;
    }
    dry.disabled = go.disabled = true;
    try {
      const sum = await sweep(false, newDeadline(), (soFar) => say(result, `${count(soFar.redriven)} redriven…`));
      const text = `${count(sum.redriven)} redriven${skipped(sum)}${sum.error ? '; then the service took no more (' + sum.error + '): count again and go on' : ''}.`;
      forget();
      say(result, text);
      toast(text, sum.error ? 'fault' : 'done');
      look(false);
    } catch (refused) {
      say(result, refused.message);
    }
    dry.disabled = go.disabled = false;
  }

  return {
    element,
    title: 'Dead letters',
    shown() {
      where.fill();
      if (campaign) {
        where.choose(campaign);
      }
      if (where.element.value) {
        look(false);
      }
    },
    update() {
      const before = where.element.value;
      where.fill();
      if (!before && where.element.value) {
        look(false);
      }
      dry.disabled = dry.disabled && mayControl();
    },
  };
}
