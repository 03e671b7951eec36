// Which events of its types a webhook gets, and what that makes of the last ones.
import { webhooksApi } from '../api.js';
import { BARE, OPS, written } from '../lib/conditions.js';
import { parse } from '../lib/json.js';
import { Finding } from './Form.js';
import { html, legible, number, t, useEffect, useLoaded, useState } from './parts.js';

const MOST = 20; // conditions
const WHILE_TYPING = 400; // ms
const UNESCAPED = /\\([^\w\s])/g; // Discord's

// A row for each condition, all of which must hold. `fields` are what the types' schemas know: {name: is it
// a text}. `onRows` is called when there are more or fewer.
export function FilterRows({ conditions, fields, onRows }) {
  const [rows, setRows] = useState(() => (conditions ?? []).map((one, key) => ({ ...one, key })));
  useEffect(onRows, [rows.length]);
  const add = () => setRows([...rows, { key: (rows.at(-1)?.key ?? 0) + 1, field: '', op: 'eq' }]);
  const setOp = (row, op) => setRows(rows.map((one) => (one === row ? { ...row, op } : one)));
  const remove = (row) => setRows(rows.filter((one) => one !== row));
  const shown = (row, at) => html`<div class="condition" key=${row.key}>
    <${Condition} row=${row} isText=${fields[row.field]} onOp=${(op) => setOp(row, op)} />
    <button type="button" aria-label=${t('removeCondition')} onClick=${() => remove(row)}>✕</button>
    <${Finding} of="filter.${at}" /></div>`;
  return html`<fieldset><legend>${t('filter')}</legend>${rows.map(shown)}
    ${rows.length < MOST && html`<button type="button" class="add" onClick=${add}>${t('addCondition')}</button>`}
    <datalist id="filter-fields">${Object.keys(fields).map((one) => html`<option value=${one} />`)}</datalist>
  </fieldset>`;
}

function Condition({ row, isText, onOp }) {
  const isBare = BARE.includes(row.op);
  const input = (name, key, placeholder, more) => html`<input name="filter.${name}" aria-label=${t(key)}
    placeholder=${t(placeholder)} autocomplete="off" spellcheck=${false} ...${more} />`;
  return html`${input('field', 'filterField', 'filterField', {
    list: 'filter-fields',
    required: true,
    defaultValue: row.field,
  })}
    <select name="filter.op" aria-label=${t('filterOp')} value=${row.op} onChange=${({ target }) => onOp(target.value)}>
      ${OPS.map((op) => html`<option value=${op}>${t(`op.${op}`)}</option>`)}</select>
    ${input('value', 'value', row.op.endsWith('in') ? 'filterList' : 'value', {
      hidden: isBare,
      required: !isBare,
      defaultValue: written(row, isText),
    })}`;
}

// How many of the last events the form would let through, and what of the newest of them.
// `asked` gives the body for POST /webhooks/try, null while no type is chosen; `changes` counts what was typed.
export function Matching({ asked, changes }) {
  const load = async () => {
    const body = asked();
    return body && { ...(await webhooksApi.try(body)), format: body.format };
  };
  const { value: tried, problem } = useLoaded(load, [changes], WHILE_TYPING);
  if (!tried || problem) return html`<p class="muted" role="status">${problem ?? t('chooseTypes')}</p>`;
  const { format, matching, looked_at: of, items } = tried;
  const said = t(of ? 'tried' : 'triedNothing', { matching: number(matching), of: number(of) });
  return html`<div class="matching"><p role="status">${said}</p>
    ${
      items[0] &&
      html`<figure class="preview ${format === 'json' ? '' : 'chat'}">
        <figcaption class="muted">${t('preview')}</figcaption>
      <pre tabindex="0" aria-label=${t('preview')}>${legible(textOf(format, items[0].body))}</pre></figure>`
    }</div>`;
}

// What a person would read of a request's body.
function textOf(format, body) {
  if (format === 'ntfy') return body;
  const content = parse(body);
  if (format === 'json') return JSON.stringify(content, null, 2);
  if (format === 'discord') return content.content.replace(UNESCAPED, '$1');
  return new DOMParser().parseFromString(content.text, 'text/html').body.textContent; // nothing of it is run
}
