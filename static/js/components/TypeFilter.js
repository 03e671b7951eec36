// One type of event, or all: by their labels, long ones cut in the middle.
import { t } from '../i18n.js';
import { eventTypes } from '../known.js';
import { middle } from '../lib/text.js';
import { html } from '../ui.js';

const LABEL = 36; // signs

export function TypeFilter({ value, onChange }) {
  return html`<select aria-label=${t('filterType')} value=${value} onChange=${(event) => onChange(event.target.value)}>
    <option value="">${t('allTypesShort')}</option>
    ${eventTypes.value.map(
      ({ value: type, label }) => html`
      <option key=${type} value=${type} title=${type}>${middle(label, LABEL)}</option>`,
    )}
  </select>`;
}
