// Which events a webhook gets: a box for each type, for each family and for everything.
import { t } from '../i18n.js';
import { eventTypes } from '../known.js';
import { html, useState } from '../ui.js';

export function EventTypes({ chosen = [] }) {
  const [query, setQuery] = useState('');
  const choices = choicesOf(chosen);
  const isWanted = ([value, label]) => `${value} ${label}`.toLowerCase().includes(query.toLowerCase());
  const noSubmit = (event) => event.key === 'Enter' && event.preventDefault();
  // What is searched away stays in the form.
  return html`<input type="search" placeholder=${t('searchTypes')} aria-label=${t('searchTypes')} onInput=${(event) => setQuery(event.target.value)} onKeyDown=${noSubmit} />
    <div class="choices">${choices.map((one) => html`<label class="check" key=${one[0]} hidden=${!isWanted(one)}>
      <input type="checkbox" name="event_types" value=${one[0]} defaultChecked=${chosen.includes(one[0])} /> <span>${one[1]}</span></label>`)}</div>`;
}

// [value, text], with what is chosen though nobody describes it any more.
function choicesOf(chosen) {
  const families = [...new Set(eventTypes.value.map((one) => `${one.value.split('.')[0]}.*`))];
  const known = [['*', t('allTypes')], ...families.map((one) => [one, one]), ...eventTypes.value.map((one) => [one.value, `${one.label} (${one.value})`])];
  const values = known.map(([value]) => value);
  return [...known, ...chosen.filter((one) => !values.includes(one)).map((one) => [one, one])];
}

// The chosen types of a form; those that stood there before stay first, and in their order.
export function typesOf(form, before = []) {
  const wanted = form.getAll('event_types');
  return [...before.filter((one) => wanted.includes(one)), ...wanted.filter((one) => !before.includes(one))];
}
