// Starts the page: the stream, the views, the theme, the key.

import {allow} from './actions.js';
import {onToken, setToken, token} from './api.js';
import {campaign} from './campaign.js';
import {repaint} from './charts.js';
import {deadLetters} from './dead-letters.js';
import {askKey} from './dialog.js';
import {h, mark, say, show, toast} from './dom.js';
import {time} from './format.js';
import {watch} from './live.js';
import {changed, seen} from './names.js';
import {overview} from './overview.js';
import {recall} from './recall.js';
import {search} from './search.js';
import {Series} from './series.js';

const $ = (id) => document.getElementById(id);
const main = $('main');
const banner = $('banner');
const series = new Series();
let picture = null;
let view = null;
let viewName = '';
let opened = false;
let drawnAt = 0;
let refused = null;

// --- views

const VIEWS = {
  '': () => overview(series),
  'search': search,
  'dead-letters': deadLetters,
  'recall': recall,
  'campaign': campaign,
};

function route() {
  if (!picture) {
    return; // nothing to show yet; it is drawn with the first picture
  }
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decoded);
  const known = Object.hasOwn(VIEWS, name) && (name !== 'campaign' || rest[0]) ? name : '';
  view?.close?.();
  view = VIEWS[known](...rest);
  viewName = known;
  main.replaceChildren(view.element);
  for (const link of document.querySelectorAll('nav a')) {
    const here = link.dataset.view === (known || 'overview');
    if (here) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  view.shown?.();
  view.update?.(picture);
  retitle();
  if (opened) {
    main.querySelector('h1')?.focus({preventScroll: true});
    scrollTo(0, 0);
  }
  opened = true;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // half an escape, typed by hand
  }
}

function retitle() {
  const title = (view ? view.title + ' · ' : '') + 'Dialspool';
  if (document.title !== title) {
    document.title = title;
  }
}

// --- the stream

const stream = watch({
  hello(hello) {
    allow(hello.control);
    mark(document.documentElement, 'asked', hello.asked ? 'yes' : 'no');
    refused = null;
    say($('key'), hello.asked ? (hello.name || 'Key') + (hello.control ? ': control' : ': read only') : hello.control ? 'No key needed' : 'Read only');
    changed();
  },
  history(history) {
    series.replace(history);
    drawnAt = 0;
  },
  picture(now) {
    picture = now;
    series.add({at: now.at, ...now.counts, calls: now.budget.calls, throttled: now.budget.callsThrottled,
      items: now.budget.batchItems, admittedHundredths: now.budget.callsPerSecond * 100});
    seen(now.campaigns);
    if (!view) {
      route();
    }
    view.update?.(now);
    if (now.at - drawnAt >= 5000) {
      drawnAt = now.at;
      view.redraw?.();
    }
    retitle();
    tell(now.refusing ? 'Intake refuses new requests: ' + now.refusing : '', 'warn');
  },
  link(state, detail) {
    mark($('link'), 'state', state);
    mark(document.documentElement, 'link', state);
    const words = {connecting: 'Connecting', live: 'Live', gone: 'Reconnecting', busy: 'Waiting', refused: 'Locked', resting: 'Resting'};
    say($('link-text'), words[state]);
    if (state === 'gone') {
      tell(picture
        ? `The server doesn’t answer. What you see is from ${time(picture.at, true)}. Trying again…`
        : 'The server doesn’t answer. Trying again…', 'fault');
      if (!picture) {
        main.replaceChildren(h('p', {class: 'loading'}, 'Waiting for the server…'));
      }
    } else if (state === 'busy') {
      tell(detail.message + ' Trying again soon.', 'warn');
    } else if (state === 'refused') {
      lock(detail);
    } else if (state === 'live' && banner.dataset.kind === 'fault') {
      tell('', '');
      toast('The server is back.');
    }
  },
});

function tell(text, kind) {
  if (text || banner.dataset.kind === 'warn' || kind !== 'warn') {
    say(banner, text);
    mark(banner, 'kind', text ? kind : '');
    show(banner, Boolean(text));
  }
}

/** Nothing is shown to whoever may not read. */
function lock(why) {
  refused = why;
  picture = null;
  view?.close?.();
  view = null;
  allow(false);
  tell('', '');
  say($('key'), 'Enter key');
  const missing = why.code === 'MissingAuthenticationTokenException';
  main.replaceChildren(h('div', {class: 'panel locked'},
    h('h1', {tabindex: '-1'}, 'A key is needed'),
    h('p', {}, missing ? 'This service asks who looks. Enter a bearer token of its key file with the right read; with control it may change things too.' : why.message),
    h('button', {type: 'button', class: 'primary', onclick: enterKey}, 'Enter key')));
}

// --- the key

async function enterKey() {
  const asked = document.documentElement.dataset.asked === 'yes' || refused;
  const answer = await askKey({
    title: 'Key',
    known: Boolean(token()),
    body: h('p', {}, asked
      ? 'A bearer token of the service’s key file. It is kept in this tab until it is closed, and sent to this server only.'
      : 'This service has no key file (doors.keyFile): on its own machine everybody may look and control, from elsewhere only look.'),
  });
  if (answer !== undefined) {
    setToken(answer);
  }
}

$('key').addEventListener('click', enterKey);
onToken(() => {
  refused = null;
  stream.again();
});

// --- the theme

const THEMES = ['auto', 'light', 'dark'];
const dark = matchMedia('(prefers-color-scheme: dark)');

function theme(name) {
  document.documentElement.dataset.theme = name === 'auto' ? (dark.matches ? 'dark' : 'light') : name;
  $('theme').replaceChildren(h('span', {class: 'wide'}, 'Theme: '), name);
  $('theme').setAttribute('aria-label', 'Theme: ' + name);
  repaint();
}

const chosen = () => (THEMES.includes(localStorage.getItem('dialspool.theme')) ? localStorage.getItem('dialspool.theme') : 'auto');
$('theme').addEventListener('click', () => {
  localStorage.setItem('dialspool.theme', THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length]);
  theme(chosen());
});
dark.addEventListener('change', () => theme(chosen()));
theme(chosen());

// --- the rest

$('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', route);
