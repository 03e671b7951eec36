// Which events a webhook gets: a searchable list.
import { eventTypes } from '../known.js';
import { Check } from './Form.js';
import { html, t, useState } from './parts.js';

export function EventTypes({ chosen = [] }) {
  const [words, setWords] = useState('');
  const [choices] = useState(() => choicesOf(chosen)); // in the order that the form was opened with
  const isWanted = (one) => Object.values(one).join(' ').toLowerCase().includes(words.toLowerCase());
  const noSubmit = (event) => event.key === 'Enter' && event.preventDefault();
  // What is searched away stays in the form.
  const shown = (one) => html`<${Check} key=${one.value} name="event_types" value=${one.value} hint=${one.description}
      hidden=${!isWanted(one)} defaultChecked=${chosen.includes(one.value)}>
    ${one.label} ${one.label !== one.value && html`<code class="muted">${one.value}</code>`}<//>`;
  return html`<input type="search" placeholder=${t('searchTypes')} aria-label=${t('searchTypes')}
      onInput=${(event) => setWords(event.target.value)} onKeyDown=${noSubmit} />
    <div class="choices" tabindex="-1">${choices.map(shown)}
      ${!choices.some(isWanted) && html`<p class="muted">${t('nothingFound')}</p>`}</div>`;
}

// What is chosen comes first and in its order, also what nobody describes any more.
function choicesOf(chosen) {
  const known = eventTypes.value.map(({ value, label, description }) => ({ value, label, description }));
  const families = new Set(known.map((one) => `${one.value.split('.')[0]}.*`));
  const wide = [...families].map((value) => ({
    value,
    label: value,
    description: t('family', { of: value.slice(0, -1) }),
  }));
  const all = [{ value: '*', label: t('label.*') }, ...wide, ...known];
  const first = chosen.map((value) => all.find((one) => one.value === value) ?? { value, label: value });
  return [...first, ...all.filter((one) => !chosen.includes(one.value))];
}

// What the payloads of these types may hold, by the catalogue: {field: is it a text}.
export function fieldsOf(patterns) {
  const isMeant = ({ value }) =>
    patterns.some((one) => one === '*' || one === value || (one.endsWith('.*') && value.startsWith(one.slice(0, -1))));
  const schemas = eventTypes.value.filter(isMeant).flatMap((one) => Object.entries(one.schema.properties ?? {}));
  const isText = ({ type, anyOf = [] }) => type === 'string' || anyOf.some((one) => one.type === 'string');
  return Object.fromEntries(schemas.map(([name, schema]) => [name, isText(schema)]));
}
