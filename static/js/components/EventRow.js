// Events as rows that read, with a heading for each day.
import { now } from '../known.js';
import { amountOf, detailsOf, hueOf, iconOf, labelOf } from '../words.js';
import { computed, dayName, html, Icon, middle, minute, Time } from './parts.js';

const LABEL = 28; // signs of a label; the whole is on hover

const today = computed(() => new Date(now.value).toDateString());
const made = new WeakMap(); // a row is made once: of a burst only what is new costs

export const EventList = ({ events }) => html`<${Days} of=${events} row=${rowOf} />`;

// A heading over what happened on a day; `at` is the moment's field, `row` makes an <li>.
export function Days({ of: items, at = 'timestamp', row }) {
  return runsOf(items, at).map(
    ({ day, key, some }) => html`<section class="day" key=${key}>
    <h3>${dayName(day, today.value)}</h3><ul class="stream">${some.map(row)}</ul></section>`,
  );
}

function rowOf(event) {
  if (!made.has(event)) made.set(event, html`<${EventRow} key=${event.id ?? event.timestamp} event=${event} />`);
  return made.get(event);
}

function EventRow({ event }) {
  const { id, type, timestamp, payload } = event;
  const [label, details] = [labelOf(type), detailsOf(event)];
  return html`<li><a class="event type-${hueOf(type)}" href=${id ? `#/events/${id}` : `#/webhooks/${payload.id}`}>
    <${Time} at=${timestamp} format=${minute} />
    <${Icon} name=${iconOf(type)} /><span class="label" title=${label}>${middle(label, LABEL)}</span>
    <bdi class="details" title=${details}>${details}</bdi><strong class="amount">${amountOf(event)}</strong>
    <span class="raw"><span>${type}</span>${id && html` <span>#${id}</span>`}</span></a></li>`;
}

// Runs of one day; a day may come again where something was told late.
function runsOf(items, at) {
  const runs = [];
  for (const one of items) {
    const day = new Date(one[at]).toDateString();
    const again = runs.filter((run) => run.day === day).length;
    if (runs.at(-1)?.day !== day) runs.push({ day, key: `${day} ${again}`, some: [] });
    runs.at(-1).some.push(one);
  }
  return runs;
}
