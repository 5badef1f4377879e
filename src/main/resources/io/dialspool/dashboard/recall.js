// Takes requests back that were not sent yet, and says exactly how many.

import {below, patiently} from './api.js';
import {confirm} from './dialog.js';
import {h, say, show, toast} from './dom.js';
import {count, plural, words} from './format.js';
import {campaignField, nameOf} from './names.js';

const AT_ONCE = 6;
const TOKENS_MAX = 10000;
const TOLD_MAX = 100;
const TOKEN = /^[a-zA-Z0-9_.-]{1,200}$/;

export function recall(campaign) {
  const where = campaignField('recall-campaign');
  const field = h('textarea', {id: 'recall-tokens', rows: '8', spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'recall-help'});
  const button = h('button', {type: 'submit', class: 'danger'}, 'Recall…');
  const status = h('p', {class: 'result', role: 'status'});
  const progress = h('progress', {hidden: true, 'aria-label': 'Recalled so far'});
  const result = h('section', {class: 'panel', hidden: true, 'aria-labelledby': 'recall-result'});
  const element = h('div', {class: 'view'},
    h('h1', {tabindex: '-1'}, 'Recall'),
    h('p', {class: 'lead'}, 'A request that is counted as cancelled is never sent, not even after a crash. What is in a call, or was, can’t be taken back.'),
    h('p', {class: 'note read-only'}, 'Needs the right control.'),
    h('form', {class: 'panel form tall control-only', onsubmit: submit},
      h('div', {class: 'field'}, h('label', {for: 'recall-campaign'}, 'Campaign'), where.element),
      h('div', {class: 'field'}, h('label', {for: 'recall-tokens'}, 'clientTokens'), field,
        h('p', {class: 'note', id: 'recall-help'}, `One a line, at most ${count(TOKENS_MAX)}; for more, dialspool recall --file.`)),
      h('div', {class: 'row'}, button, progress), status),
    result);
  let stop = false;

  async function submit(event) {
    event.preventDefault();
    const id = where.element.value;
    const tokens = [...new Set(field.value.split(/[\s,;]+/).filter(Boolean))];
    const bad = tokens.find((token) => !TOKEN.test(token));
    if (!id || !tokens.length || bad !== undefined || tokens.length > TOKENS_MAX) {
      say(status, !id ? 'Choose a campaign.' : bad !== undefined ? `“${bad.slice(0, 60)}” is no clientToken (expected: 1 to 200 of a-z A-Z 0-9 _ - .).`
        : tokens.length ? `${count(tokens.length)} are too many at once.` : 'Enter at least one clientToken.');
      return;
    }
    say(status, '');
    const yes = await confirm({
      title: `Recall ${plural(tokens.length, 'request')}?`,
      body: h('p', {}, `Of campaign ${nameOf(id)}. What is still queued will never be sent. This can’t be undone.`),
      yes: 'Recall', danger: true,
    });
    if (yes) {
      run(id, tokens);
    }
  }

  async function run(id, tokens) {
    button.disabled = true;
    show(result, false);
    show(progress, true);
    progress.max = tokens.length;
    progress.value = 0;
    const sum = {cancelled: 0, unknown: 0, late: new Map(), left: [], fault: ''};
    const todo = tokens.slice();
    await Promise.all(Array.from({length: AT_ONCE}, async () => {
      for (let token = todo.shift(); token !== undefined && !sum.fault && !stop; token = todo.shift()) {
        await one(id, token, sum);
        progress.value++;
      }
    }));
    button.disabled = false;
    show(progress, false);
    tell(id, tokens.length, sum);
  }

  async function one(id, token, sum) {
    try {
      await patiently('DELETE', below(id, '/dial-requests/' + token));
      sum.cancelled++;
    } catch (refused) {
      if (refused.status === 404) {
        sum.unknown++;
        sum.left.push([token, 'unknown']);
      } else if (refused.status === 409) {
        sum.late.set(refused.state, (sum.late.get(refused.state) || 0) + 1);
        sum.left.push([token, words(refused.state)]);
      } else {
        sum.fault = refused.message;
      }
    }
  }

  function tell(id, total, sum) {
    const late = [...sum.late].map(([state, number]) => [`too late: ${words(state)}`, number]);
    const rows = [['cancelled', sum.cancelled], ...late, ['unknown', sum.unknown]];
    const done = rows.reduce((all, [, number]) => all + number, 0);
    if (done < total) {
      rows.push(['not asked for', total - done]);
    }
    result.replaceChildren(
      h('div', {class: 'panel-head'}, h('h2', {id: 'recall-result'}, `Of ${plural(total, 'request')}`)),
      sum.fault ? h('p', {class: 'fault'}, 'It ended early: ' + sum.fault) : '',
      h('table', {class: 'small-table'}, h('caption', {class: 'spoken'}, 'What became of them'),
        h('tbody', {}, rows.map(([name, number]) => h('tr', {}, h('th', {scope: 'row'}, name), h('td', {class: 'number'}, count(number)))))),
      sum.left.length ? h('details', {}, h('summary', {}, 'Which were not cancelled'),
        h('ul', {class: 'tokens'}, sum.left.slice(0, TOLD_MAX).map(([token, why]) =>
          h('li', {}, h('a', {class: 'mono', href: '#/search/' + encodeURIComponent(id) + '/' + token}, token), ' ' + why)),
          sum.left.length > TOLD_MAX ? h('li', {}, `and ${count(sum.left.length - TOLD_MAX)} more`) : '')) : '');
    show(result, true);
    toast(`${count(sum.cancelled)} of ${count(total)} cancelled.`, sum.fault ? 'fault' : 'done');
  }

  return {
    element,
    title: 'Recall',
    shown() {
      where.fill();
      if (campaign) {
        where.choose(campaign);
      }
    },
    update: where.fill,
    close() {
      stop = true;
    },
  };
}
