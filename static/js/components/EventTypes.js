// Which events a webhook gets: a searchable list of types, of their families, and of everything.
import { t } from '../i18n.js';
import { eventTypes } from '../known.js';
import { html, useState } from '../ui.js';

export function EventTypes({ chosen = [] }) {
  const [query, setQuery] = useState('');
  const [choices] = useState(() => choicesOf(chosen)); // in the order that the form was opened with
  const isWanted = (one) => Object.values(one).join(' ').toLowerCase().includes(query.toLowerCase());
  const noSubmit = (event) => event.key === 'Enter' && event.preventDefault();
  // What is searched away stays in the form.
  return html`<input type="search" placeholder=${t('searchTypes')} aria-label=${t('searchTypes')} onInput=${(event) => setQuery(event.target.value)} onKeyDown=${noSubmit} />
    <div class="choices" tabindex="-1">
      ${choices.map(
        (one) => html`<label class="check" key=${one.value} hidden=${!isWanted(one)}>
        <input type="checkbox" name="event_types" value=${one.value} defaultChecked=${chosen.includes(one.value)} />
        <span>${one.label} ${one.label !== one.value && html`<code class="muted">${one.value}</code>`}${one.description && html`<small class="muted">${one.description}</small>`}</span></label>`,
      )}
      ${!choices.some(isWanted) && html`<p class="muted">${t('nothingFound')}</p>`}
    </div>`;
}

// What is chosen comes first, also what nobody describes any more.
function choicesOf(chosen) {
  const known = eventTypes.value.map(({ value, label, description }) => ({ value, label, description }));
  const families = [...new Set(known.map((one) => `${one.value.split('.')[0]}.*`))];
  const wide = [
    { value: '*', label: t('allTypes') },
    ...families.map((value) => ({ value, label: value, description: t('family', { of: value.slice(0, -1) }) })),
  ];
  const all = [...wide, ...known];
  const isChosen = (one) => chosen.includes(one.value);
  const unknown = chosen
    .filter((value) => !all.some((one) => one.value === value))
    .map((value) => ({ value, label: value }));
  return [...unknown, ...all.filter(isChosen), ...all.filter((one) => !isChosen(one))];
}

// The chosen types of a form; those that stood there before stay first, and in their order.
export function typesOf(form, before = []) {
  const wanted = form.getAll('event_types');
  return [...before.filter((one) => wanted.includes(one)), ...wanted.filter((one) => !before.includes(one))];
}

// What the payloads of these types may hold, by the catalogue: {field: is it a text}.
export function fieldsOf(patterns) {
  const isMeant = ({ value }) =>
    patterns.some((one) => one === '*' || one === value || (one.endsWith('.*') && value.startsWith(one.slice(0, -1))));
  const schemas = eventTypes.value.filter(isMeant).flatMap((one) => Object.entries(one.schema.properties ?? {}));
  return Object.fromEntries(schemas.map(([name, schema]) => [name, isText(schema)]));
}

function isText({ type, anyOf = [] }) {
  return type === 'string' || anyOf.some((one) => one.type === 'string');
}
