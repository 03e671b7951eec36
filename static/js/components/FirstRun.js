// What a new server wants done, on the dashboard until it is.
import { helpAt } from '../i18n.js';
import { stats, stream } from '../known.js';
import { device } from '../lib/storage.js';
import { webhooks } from '../webhooks.js';
import { lazy } from './Lazy.js';
import { html, Icon, isAdmin, signal, t, tokens, useRef, useState } from './parts.js';

// By the step's name: a page of the documents, its section.
const HELP = {
  token: ['sign-in', 'tokens-for-programs'],
  event: ['bot', 'do-events-come'],
  webhook: ['page', 'webhooks'],
  alerts: ['alerts', 'into-a-chat'],
  numbers: ['bot', 'starting-numbers'],
};
const NAMES = Object.keys(HELP);
const KEPT = 'bedolaga.firstRun';
const OpenStep = lazy(
  () => import('./FirstSteps.js'),
  'OpenStep',
  () => null,
); // most servers have done them all

// What the server cannot tell: that an alert arrived, that the numbers are right, that nobody wants this list.
const kept = signal(device.object(KEPT));
export function keep(name) {
  kept.value = { ...kept.value, [name]: true };
  device.set(KEPT, JSON.stringify(kept.value));
}

export function FirstRun() {
  return isAdmin.value && !kept.value.hidden && html`<${Steps} />`;
}

function Steps() {
  const begun = useRef(null); // what was unfolded at first: a step that is done does not close under the hand
  const [chosen, choose] = useState({});
  const done = doneOf();
  const count = NAMES.filter((name) => done[name]).length;
  if (count === NAMES.length) return null;
  begun.current ??= { isOpen: !(done.event && done.webhook), step: NAMES.find((name) => !done[name]) };
  const { isOpen, step } = { ...begun.current, ...chosen };
  const shown = (name) => html`<${Step} key=${name} name=${name} isDone=${done[name]} isOpen=${name === step}
    onPick=${() => choose({ ...chosen, step: name === step ? '' : name })} />`;
  return html`<section class="card first-run" aria-label=${t('firstRun')}>
    <header class="row"><button class="quiet" aria-expanded=${isOpen}
      onClick=${() => choose({ ...chosen, isOpen: !isOpen })}>
        <${Icon} name=${isOpen ? 'chevron-down' : 'chevron-right'} /><strong>${t('firstRun')}</strong>
        <span class="muted">${t('stepsDone', { count, all: NAMES.length })}</span></button>
      <button class="quiet" onClick=${() => keep('hidden')}>${t('hide')}</button></header>
    ${isOpen && html`<ol class="plain">${NAMES.map(shown)}</ol>`}</section>`;
}

function doneOf() {
  const { token, alerts, numbers } = kept.value;
  return {
    token: token || tokens.value.some((one) => one.scopes.includes('publish')),
    event: stream.value.length > 0,
    webhook: [...webhooks.value.values()].some((one) => one.success_count),
    alerts,
    numbers: numbers || stats.value?.active_subscriptions > 0,
  };
}

function Step({ name, isDone, isOpen, onPick }) {
  const mark = html`<${Icon} name=${isDone ? 'circle-check' : 'circle'} label=${t(isDone ? 'stepDone' : 'notDone')} />`;
  const help = html`<a href=${helpAt(...HELP[name])} target="_blank">${t('readMore')}</a>`;
  return html`<li class=${isDone && 'done'}>
    <button class="quiet" aria-expanded=${isOpen} onClick=${onPick}>${mark}${t(`step.${name}`)}</button>
    ${
      isOpen &&
      html`<div class="fields"><p>${t(`stepHint.${name}`)} ${help}</p>
      <${OpenStep} name=${name} isDone=${isDone} /></div>`
    }</li>`;
}
