// Elements without markup: what comes from outside is only ever text.

/** h('p', {class: 'note', onclick: f}, 'text', child, [more], null) */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value != null) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Changes nothing that is so already, so that a selection or a screen reader's place stays. */
export function say(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) {
    element.textContent = wanted;
  }
}

export function show(element, visible) {
  if (element.hidden === visible) {
    element.hidden = !visible;
  }
}

export function mark(element, name, value) {
  if (element.dataset[name] !== value) {
    element.dataset[name] = value;
  }
}

const toasts = document.getElementById('toasts');

/** A short message that goes by itself and is read out. */
export function toast(text, kind = 'done') {
  const message = h('p', {class: 'toast', 'data-kind': kind}, text);
  toasts.append(message);
  while (toasts.children.length > 3) {
    toasts.firstChild.remove();
  }
  setTimeout(() => message.remove(), kind === 'fault' ? 12000 : 6000);
}
