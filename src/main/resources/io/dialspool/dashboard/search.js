// One request by its clientToken, and its story.

import {mayControl} from './actions.js';
import {below, call, query} from './api.js';
import {confirm} from './dialog.js';
import {h, say, show, toast} from './dom.js';
import {campaignField, known, nameOf} from './names.js';

const AT_ONCE = 6;

export function search(campaign, token) {
  const field = h('input', {type: 'search', id: 'token', autocomplete: 'off', spellcheck: 'false', required: true, maxlength: '200', placeholder: 'such as lead-4711'});
  const where = campaignField('search-campaign', 'Every campaign');
  const status = h('p', {class: 'empty', role: 'status'}, 'Enter the clientToken that the request was sent with.');
  const results = h('div', {class: 'stories'});
  const button = h('button', {type: 'submit', class: 'primary'}, 'Search');
  const element = h('div', {class: 'view'},
    h('h1', {tabindex: '-1'}, 'Search a request'),
    h('form', {class: 'panel form', onsubmit: submit},
      h('div', {class: 'field grow'}, h('label', {for: 'token'}, 'clientToken'), field),
      h('div', {class: 'field'}, h('label', {for: 'search-campaign'}, 'Campaign'), where.element),
      button),
    status, results);
  let run = 0;

  function submit(event) {
    event.preventDefault();
    look();
  }

  async function look() {
    const wanted = field.value.trim();
    const mine = ++run;
    results.replaceChildren();
    if (!wanted) {
      return;
    }
    show(status, true);
    say(status, 'Looking…');
    const ids = where.element.value ? [where.element.value] : known().filter((one) => one.counts).map((one) => one.campaignId);
    const found = [];
    let fault = '';
    const left = ids.slice();
    await Promise.all(Array.from({length: AT_ONCE}, async () => {
      for (let id = left.shift(); id !== undefined && mine === run; id = left.shift()) {
        try {
          found.push({id, story: await ask(id, wanted)});
        } catch (refused) {
          fault = refused.status === 404 ? fault : refused.message;
        }
      }
    }));
    if (mine !== run) {
      return;
    }
    show(status, found.length === 0);
    say(status, fault || `No request with this clientToken is known ${where.element.value ? 'in this campaign' : 'in any campaign'}: it was never acknowledged here, or it ended longer ago than spool.dedupeWindow.`);
    status.classList.toggle('fault', Boolean(fault));
    results.append(...found.map(({id, story}) => card(id, wanted, story)));
  }

  return {
    element,
    title: 'Search',
    shown() {
      where.fill();
      where.choose(campaign || '');
      if (token) {
        field.value = token;
        look();
      }
    },
    update: where.fill,
  };
}

const ask = (campaign, clientToken, id) => call('GET', query('/dashboard/story', {
  campaign, clientToken, id, zone: Intl.DateTimeFormat().resolvedOptions().timeZone}));

function card(campaign, token, story) {
  const lines = h('dl', {class: 'story'});
  const buttons = h('div', {class: 'buttons'});
  const element = h('article', {class: 'panel', 'aria-label': token + ' in ' + nameOf(campaign)},
    h('div', {class: 'panel-head'}, h('h2', {class: 'mono'}, token), h('a', {href: '#/campaign/' + encodeURIComponent(campaign)}, nameOf(campaign))),
    lines, buttons);

  function tell({request, lines: told}) {
    lines.replaceChildren(...told.map(({what, text}) => {
      const state = what === 'now' ? request.state : '';
      return h('div', {}, h('dt', {}, what), h('dd', {},
        state && h('span', {class: 'state', 'data-state': state}, state.toLowerCase().replace('_', ' ')), text.slice(state.length)));
    }));
    const other = (id, label) => id && h('button', {type: 'button', onclick: () => again(id)}, label);
    buttons.replaceChildren(...[
      request.state === 'QUEUED' && mayControl() && h('button', {type: 'button', class: 'danger', onclick: recall}, 'Recall'),
      other(request.redriveOf, 'The one it was redriven from'),
      other(request.redrivenAs, 'The one it was redriven as'),
      h('button', {type: 'button', onclick: () => again(request.id)}, 'Look again'),
    ].filter(Boolean));
  }

  async function again(id) {
    try {
      tell(await ask(campaign, token, id));
    } catch (refused) {
      toast(refused.message, 'fault');
    }
  }

  async function recall() {
    const yes = await confirm({title: `Recall ${token}?`, body: h('p', {}, 'It will never be sent. This can’t be undone.'), yes: 'Recall it', danger: true});
    if (!yes) {
      return;
    }
    try {
      await call('DELETE', below(campaign, '/dial-requests/' + token));
      toast(`${token} is cancelled: it will never be sent.`);
    } catch (refused) {
      toast(refused.message, 'fault');
    }
    again(story.request.id);
  }

  tell(story);
  return element;
}
