// Events as rows that read: a heading for each day; then when, what, who, how much; type and id muted.
import { now } from '../known.js';
import { middle } from '../lib/text.js';
import { dayName, minute, moment } from '../lib/time.js';
import { computed, html } from '../ui.js';
import { amountOf, detailsOf, hueOf, iconOf, labelOf } from '../words.js';
import { Icon } from './Icon.js';

const LABEL = 28; // signs of a label; the whole is on hover

const today = computed(() => new Date(now.value).toDateString());
const made = new WeakMap(); // a row is made once: of a burst only what is new costs

export function EventList({ events }) {
  return html`<${Days} of=${events} row=${rowOf} />`;
}

// A heading over what happened on a day; `at` is the moment's field, `row` makes an <li>.
export function Days({ of: items, at = 'timestamp', row }) {
  return daysOf(items, at).map(
    ({ day, key, some }) => html`<section class="day" key=${key}>
    <h3>${dayName(day, today.value)}</h3><ul class="stream">${some.map(row)}</ul></section>`,
  );
}

function rowOf(event) {
  if (!made.has(event)) made.set(event, html`<${EventRow} key=${event.id ?? event.timestamp} event=${event} />`);
  return made.get(event);
}

function EventRow({ event }) {
  const { id, type, timestamp } = event;
  const [label, details] = [labelOf(type), detailsOf(event)];
  return html`<li><a class="event type-${hueOf(type)}" href=${hrefOf(event)}>
    <time datetime=${timestamp} title=${moment(timestamp)}>${minute(timestamp)}</time>
    <${Icon} name=${iconOf(type)} /><span class="label" title=${label}>${middle(label, LABEL)}</span>
    <bdi class="details" title=${details}>${details}</bdi><strong class="amount">${amountOf(event)}</strong>
    <span class="raw"><span>${type}</span>${id && html` <span>#${id}</span>`}</span></a></li>`;
}

const hrefOf = ({ id, payload }) => (id ? `#/events/${id}` : `#/webhooks/${payload.id}`);

// Runs of one day; a day may come again where something was told late.
function daysOf(items, at) {
  const runs = [];
  const seen = {};
  for (const one of items) {
    const day = new Date(one[at]).toDateString();
    if (runs.at(-1)?.day !== day) {
      seen[day] = (seen[day] ?? 0) + 1;
      runs.push({ day, key: `${day} ${seen[day]}`, some: [] });
    }
    runs.at(-1).some.push(one);
  }
  return runs;
}
