// Which events of its types a webhook gets, and what that makes of the last ones.
import { webhooksApi } from '../api.js';
import { said, t } from '../i18n.js';
import { BARE, OPS, written } from '../lib/conditions.js';
import { number } from '../lib/text.js';
import { html, useEffect, useState } from '../ui.js';
import { useLoaded } from './Loaded.js';

const MOST = 20; // conditions
const WHILE_TYPING = 400; // ms
const UNESCAPED = /\\([^\w\s])/g; // Discord's

// A row for each condition, all of which must hold.
// `fields` are the names that the types' schemas know, `isText` says which hold texts; `problems` are
// the server's, by row. `onRows` is called when there are more or fewer.
export function FilterRows({ conditions, fields, isText, problems, onRows }) {
  const [rows, setRows] = useState(() => (conditions ?? []).map((one, key) => ({ ...one, key })));
  useEffect(onRows, [rows.length]);
  const put = (row, op) => setRows(rows.map((one) => (one === row ? { ...row, op } : one)));
  const add = () => setRows([...rows, { key: (rows.at(-1)?.key ?? 0) + 1, field: '', op: 'eq' }]);
  return html`<fieldset><legend>${t('filter')}</legend>
    ${rows.map(
      (row, at) => html`<div class="condition" key=${row.key}>
      <input name="filter.field" list="filter-fields" required autocomplete="off" spellcheck="false" aria-label=${t('filterField')}
        placeholder=${t('filterField')} defaultValue=${row.field} />
      <select name="filter.op" aria-label=${t('filterOp')} value=${row.op} onChange=${(event) => put(row, event.target.value)}>
        ${OPS.map((op) => html`<option value=${op}>${t(`op.${op}`)}</option>`)}</select>
      <input name="filter.value" hidden=${BARE.includes(row.op)} required=${!BARE.includes(row.op)} autocomplete="off" aria-label=${t('value')}
        placeholder=${t(row.op.endsWith('in') ? 'filterList' : 'value')} defaultValue=${written(row, isText(row.field))} />
      <button type="button" aria-label=${t('removeCondition')} onClick=${() => setRows(rows.filter((one) => one !== row))}>✕</button>
      ${problems[at] && html`<small class="problem" role="alert">${said(problems[at])}</small>`}
    </div>`,
    )}
    ${rows.length < MOST && html`<button type="button" class="add" onClick=${add}>${t('addCondition')}</button>`}
    <datalist id="filter-fields">${fields.map((one) => html`<option value=${one} />`)}</datalist>
  </fieldset>`;
}

// How many of the last events the form would let through, and what of the newest of them.
// `asked` gives the body for POST /webhooks/try, null while no type is chosen; `changes` counts what was typed.
export function Matching({ asked, changes, format }) {
  const { value: tried, problem } = useLoaded(
    async () => {
      const body = asked();
      return body && { ...(await webhooksApi.try(body)), format };
    },
    [changes, format],
    WHILE_TYPING,
  );
  if (problem) return html`<p class="muted" role="status">${problem}</p>`;
  if (!tried) return html`<p class="muted">${t('chooseTypes')}</p>`;
  const [newest] = tried.items;
  const [matching, of] = [tried.matching, tried.looked_at].map((one) => number(one));
  return html`<div class="matching"><p role="status">${t(tried.looked_at ? 'tried' : 'triedNothing', { matching, of })}</p>
    ${
      newest &&
      html`<figure class="preview ${tried.format === 'json' ? '' : 'chat'}"><figcaption class="muted">${t('preview')}</figcaption>
      <pre tabindex="0" aria-label=${t('preview')}>${textOf(tried.format, newest.body)}</pre></figure>`
    }</div>`;
}

// What a person would read of a request's body.
function textOf(format, body) {
  if (format === 'ntfy') return body;
  const content = JSON.parse(body);
  if (format === 'json') return JSON.stringify(content, null, 2);
  if (format === 'discord') return content.content.replace(UNESCAPED, '$1');
  return new DOMParser().parseFromString(content.text, 'text/html').body.textContent; // nothing of it is run
}
