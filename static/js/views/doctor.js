// #/doctor : what stands between page and server, tested from both ends; lines to mend it.
import { Copyable } from '../components/Json.js';
import { Status } from '../components/Status.js';
import { said, t } from '../i18n.js';
import { CHECKS, linesFor } from '../doctor.js';
import { html, useEffect, useState } from '../ui.js';

export function Doctor() {
  const [run, setRun] = useState(0);
  const [results, setResults] = useState({});
  const [peer, setPeer] = useState('');

  useEffect(() => {
    let isCurrent = true;
    const put = (name, result) => isCurrent && setResults((before) => ({ ...before, [name]: result }));
    setResults({});
    (async () => {
      const known = { tell: (values) => put('idle', { state: 'running', text: t('idle.wait', values) }) };
      for (const [name, check] of Object.entries(CHECKS)) {
        put(name, { state: 'running', text: t('checking') });
        try {
          const { state, values, text, advice = state === 'bad' && name } = await check(known);
          put(name, { state, advice, text: t(text ?? `${name}.${state}`, values) });
        } catch (error) {
          put(name, { state: 'bad', text: t('http.bad', { why: said(error.message) }) });
          if (name === 'http') return;
        }
        if (known.seen) setPeer(known.seen.peer_address);
        if (!isCurrent) return;
      }
    })();
    return () => {
      isCurrent = false;
    };
  }, [run]);

  const shown = Object.entries(results);
  const lines = linesFor(shown.map(([, one]) => one.advice).filter(Boolean), peer);
  const report = shown.map(([name, one]) => `${name}: ${one.state}. ${one.text}`).join('\n');
  return html`<section class="card"><header class="row"><p class="muted">${t('doctorHint')}</p>
      <button onClick=${() => setRun(run + 1)}>${t('runAgain')}</button></header>
    <div role="status"><ul class="plain checks">${shown.map(
      ([name, { state, text }]) => html`
      <li key=${name} data-check=${name}>
      <strong>${t(`check.${name}`)}</strong> <span class="muted">${text}</span>
      ${
        state === 'running'
          ? html`<${Status} status="pending" label=${t('checking')} />`
          : html`<${Status} status=${state} label=${t(`is.${state}`)} />`
      }</li>`,
    )}</ul></div>
    ${lines && html`<h2>${t('linesToAdd')}</h2><${Copyable} text=${lines} label=${t('linesToAdd')} />`}
    <details><summary>${t('supportText')}</summary>
      <${Copyable} text=${`${report}\n${navigator.userAgent}`} label=${t('supportText')} /></details>
  </section>`;
}
