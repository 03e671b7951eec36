// One webhook: what it gets, how its attempts went, how long they took.
import { webhooksApi } from '../api.js';
import { t } from '../i18n.js';
import { milliseconds, moment } from '../lib/time.js';
import { html, useState } from '../ui.js';
import { labelOf } from '../words.js';
import { Attempts, Chart, secondsOf, WINDOWS, WindowSwitch } from './Chart.js';
import { Missing, useLoaded } from './Loaded.js';

export function WebhookOverview({ webhook }) {
  const { id, url, last_triggered_at: last, last_success_at: success } = webhook;
  const [window, setWindow] = useState(WINDOWS[0]);
  const loaded = useLoaded(() => webhooksApi.series(id, window), [id, window, last]);
  const { items, bucket_seconds: bucket, whole } = loaded.value ?? {};
  const series = (names, colours) =>
    names.map((name, at) => ({ label: t(name), colour: colours[at], values: items.map((one) => one[name]) }));
  const chart = (title, lines, more) =>
    html`<${Chart} title=${t(title)} times=${secondsOf(items)} bucket=${bucket} series=${lines} ...${more} />`;
  const ms = (value) => milliseconds(value);
  const fact = (label, value) => value && html`<dt>${t(label)}</dt><dd>${value}</dd>`;
  const condition = ({ field, op, value }) => [field, t(`op.${op}`), [value].flat().join(', ')].join(' ');
  return html`<dl class="facts">
      ${fact('url', html`<code class="far" title=${url}>${url}</code>`)}
      ${fact('eventTypes', webhook.event_types.map((one) => (one === '*' ? t('allTypes') : labelOf(one))).join(', '))}
      ${fact('filter', webhook.filter?.map(condition).join('; '))}
      ${fact('format', t(`format.${webhook.format}`))}${fact('description', webhook.description)}
      ${fact('lastCall', last ? moment(last) : t('never'))}
      ${fact('lastSuccessAt', success && moment(success))}</dl>
    <header class="row"><h3>${t('attempts')}</h3><${WindowSwitch} value=${window} onChange=${setWindow} /></header>
    <${Missing} of=${loaded} />
    ${
      whole &&
      html`<p><${Attempts} of=${whole} /></p>
      ${chart('chartDeliveries', series(['success', 'failed'], ['success', 'failed']))}
      ${
        whole.success + whole.failed > 0 &&
        html`<h3>${t('chartLatency')}</h3>
        ${chart('chartLatency', series(['p50_ms', 'p95_ms'], ['type-2', 'type-1']), { lines: true, format: ms, short: ms })}`
      }`
    }`;
}
