// What every view is written with.
import { apiClient } from '../client.js';
import { said, t } from '../i18n.js';
import { now } from '../known.js';
import { copy } from '../lib/clipboard.js';
import { persist } from '../lib/persist.js';
import { inLine, middle } from '../lib/text.js';
import { moment, relative } from '../lib/time.js';
import { html, useEffect, useRef, useState } from '../ui.js';

export { said, t } from '../i18n.js';
export * from '../lib/text.js';
export * from '../lib/time.js';
export { go, query, setQuery } from '../place.js';
export { isAdmin, tokens } from '../rights.js';
export { attempt, dismiss, layers, toast, toasts } from '../toasts.js';
export * from '../ui.js';

// Put into the page once: a <use> of another file asks the server again for each row that comes.
persist(() => apiClient.request('GET', '/vendor/lucide.svg', { token: null, as: 'text' })).then((sprite) =>
  document.body.insertAdjacentHTML('beforeend', `<div hidden>${sprite}</div>`),
);

// An icon of Lucide, from the sprite that tools/vendor.sh makes; `label` names one that stands without a word.
export function Icon({ name, label }) {
  const about = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
  return html`<svg class="icon" ...${about}><use href="#${name}" /></svg>`;
}

const LOOKS = [
  ['good', 'circle-check', 'success active working ok'],
  ['bad', 'circle-x', 'failed failing disabled bad wrong'],
  ['waits', 'clock', 'pending held warn running'],
];

// What became of something, never by colour alone. `status` is a word of the contract, or one of a check.
export function Status({ status, label = t(status), title }) {
  const [tone, icon] = LOOKS.find(([, , words]) => words.split(' ').includes(status)) ?? ['', 'circle-slash'];
  return html`<span class="status ${tone} ${status}" title=${title}><${Icon} name=${icon} />${label}</span>`;
}

// A moment: as `format` has it, by itself relative; absolute on hover.
export function Time({ at, format = (time) => relative(time, now.value), none = 'never' }) {
  return at ? html`<time datetime=${at} title=${moment(at)}>${format(at)}</time>` : t(none);
}

// A name that somebody else chose: long ones cut in the middle, the whole on hover.
export const Name = ({ of: name, longest = 40 }) => html`<bdi title=${name}>${middle(inLine(name), longest)}</bdi>`;

// The shape of what is on its way; it shows only when that takes longer than 150 ms.
export const Skeleton = ({ rows = 6 }) =>
  html`<div class="skeleton" aria-hidden="true">${Array.from({ length: rows }, () => html`<span></span>`)}</div>`;

// What is asked of the server. `load` is called again `wait` ms after a dependency changed; an answer that is
// overtaken is dropped, one that did not come is asked for again, the old stays meanwhile.
export function useLoaded(load, dependencies, wait = 0) {
  const [value, setValue] = useState(null);
  const [error, setError] = useState(null);
  const latest = useRef(0);
  function reload(...words) {
    const mine = ++latest.current;
    const isWanted = () => mine === latest.current;
    const onTrouble = (failure) => isWanted() && setError(failure);
    const take = (loaded) => isWanted() && setValue(loaded);
    return persist(() => load(...words), { isWanted, onTrouble }).then(take, onTrouble);
  }
  useEffect(() => {
    const timer = setTimeout(reload, wait);
    return () => {
      clearTimeout(timer);
      latest.current += 1;
    };
  }, dependencies);
  return { value, setValue, error, problem: error && said(error.message), reload }; // here: its words may come after it
}

// It on the screen: its shape at first, a reason if it does not come; `children` makes the rest of it.
export function Loaded({ of: { value, error, problem, reload }, rows, children }) {
  return html`${
    problem &&
    html`<p class="row problem" role="alert"><span>${problem}</span>
      ${error?.isTransient && html`<button class="small" onClick=${() => reload()}>${t('again')}</button>`}</p>`
  }
    ${!value && !problem && html`<${Skeleton} rows=${rows} />`}${value && children?.(value)}`;
}

// Text to be read and copied.
export function Copyable({ text, label }) {
  const [answer, setAnswer] = useState('copy');
  const place = useRef(null);
  async function press() {
    const isCopied = await copy(text, place.current);
    setAnswer(isCopied ? 'copied' : 'selectedToCopy');
    setTimeout(() => setAnswer('copy'), isCopied ? 1_500 : 10_000);
  }
  return html`<div class="copyable"><pre tabindex="0" aria-label=${label} ref=${place}>${text}</pre>
    <button class="small" type="button" onClick=${press}>${t(answer)}</button></div>`;
}

// One of few texts, chosen by a press.
export function Switch({ label, options, value, onChange, nameOf = (one) => one }) {
  const button = (one) => html`<button key=${one} type="button" class="small" aria-pressed=${value === one}
    onClick=${() => onChange(one)}>${nameOf(one)}</button>`;
  return html`<span class="switch" role="group" aria-label=${label}>${options.map(button)}</span>`;
}

// The ways to parts of a view. `options`: [[key, address, what else the link shows]].
export const Tabs = ({ kind = 'tabs', label, options, current }) =>
  html`<nav class=${kind} aria-label=${label}>${options.map(
    ([key, href, more]) =>
      html`<a key=${key} href=${href} aria-current=${key === current ? 'page' : undefined}>${t(key)}${more}</a>`,
  )}</nav>`;

// Pairs of name and value; what is not there is left out.
export const Facts = ({ of: facts }) =>
  html`<dl class="facts">${Object.entries(facts).map(
    ([name, value]) => value && html`<dt>${t(name)}</dt><dd title=${value.at && value}>${value}</dd>`,
  )}</dl>`;

// Counts up every `ms`: what depends on it is done again.
export function useEvery(ms) {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setRound((before) => before + 1), ms);
    return () => clearInterval(timer);
  }, []);
  return round;
}
