// Questions that want an answer before anything is done.

import {h} from './dom.js';

/** Asks; true if the answer is yes. Escape and Cancel are no. */
export function confirm({title, body, yes, danger = false}) {
  return new Promise((then) => {
    const go = h('button', {type: 'button', class: danger ? 'danger' : 'primary', onclick: () => dialog.close('yes')}, yes);
    const cancel = h('button', {type: 'button', onclick: () => dialog.close('')}, 'Cancel');
    const dialog = h('dialog', {'aria-labelledby': 'dialog-title'},
      h('h2', {id: 'dialog-title'}, title), body, h('div', {class: 'buttons'}, cancel, go));
    open(dialog, () => then(dialog.returnValue === 'yes'));
    (danger ? cancel : go).focus();
  });
}

/** A field for a secret; undefined if it was left, else the text. */
export function askKey({title, body, known}) {
  return new Promise((then) => {
    const field = h('input', {type: 'password', id: 'dialog-key', autocomplete: 'off', spellcheck: 'false'});
    let answer;
    const finish = (text) => {
      answer = text;
      dialog.close();
    };
    const form = h('form', {onsubmit: (event) => {
      event.preventDefault();
      if (field.value.trim()) {
        finish(field.value.trim());
      }
    }},
      h('h2', {id: 'dialog-title'}, title), body,
      h('label', {for: 'dialog-key'}, 'Bearer token'), field,
      h('div', {class: 'buttons'},
        known && h('button', {type: 'button', class: 'left', onclick: () => finish('')}, 'Forget it'),
        h('button', {type: 'button', onclick: () => dialog.close()}, 'Cancel'),
        h('button', {type: 'submit', class: 'primary'}, 'Use it')));
    const dialog = h('dialog', {'aria-labelledby': 'dialog-title'}, form);
    open(dialog, () => then(answer));
    field.focus();
  });
}

// Where the focus was, it is afterwards; the browser sees to that.
function open(dialog, closed) {
  dialog.addEventListener('close', () => {
    closed();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}
