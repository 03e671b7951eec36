// #/doctor : what stands between page and server, and lines to mend it.
import { Copyable, html, said, Status, t, useEffect, useState } from '../components/parts.js';
import { CHECKS, linesFor } from '../doctor.js';

export function Doctor() {
  const [run, setRun] = useState(0);
  const [results, setResults] = useState({});
  const [peer, setPeer] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    const put = (name, state, say, advice) =>
      stop.signal.aborted || setResults((before) => ({ ...before, [name]: { state, say, advice } }));
    setResults({});
    examine(put, setPeer, stop.signal);
    return () => stop.abort();
  }, [run]);

  const shown = Object.entries(results).map(([name, one]) => [name, { ...one, text: one.say() }]);
  const lines = linesFor(shown.map(([, one]) => one.advice).filter(Boolean), peer);
  const report = shown.map(([name, one]) => `${name}: ${one.state}. ${one.text}`).join('\n');
  const check = ([
    name,
    { state, text },
  ]) => html`<li key=${name} data-check=${name}><strong>${t(`check.${name}`)}</strong>
    <span class="muted">${text}</span>
      <${Status} status=${state} label=${t(state === 'running' ? 'checking' : `is.${state}`)} /></li>`;
  return html`<section class="card"><header class="row"><p class="muted">${t('doctorHint')}</p>
      <button onClick=${() => setRun(run + 1)}>${t('runAgain')}</button></header>
    <div role="status"><ul class="plain checks">${shown.map(check)}</ul></div>
    ${lines && html`<h2>${t('linesToAdd')}</h2><${Copyable} text=${lines} label=${t('linesToAdd')} />`}
    <details><summary>${t('supportText')}</summary>
      <${Copyable} text=${`${report}\n${navigator.userAgent}`} label=${t('supportText')} /></details></section>`;
}

// One check after the other; `put` shows what each says, by a function: its words may come later.
async function examine(put, setPeer, signal) {
  const known = { signal, tell: (values) => put('idle', 'running', () => t('idle.wait', values)) };
  for (const [name, check] of Object.entries(CHECKS)) {
    put(name, 'running', () => '');
    try {
      const { state, values, text = `${name}.${state}`, advice = state === 'bad' && name } = await check(known);
      put(name, state, () => t(text, values), advice);
    } catch (error) {
      put(name, 'bad', () => t('http.bad', { why: said(error.message) }));
      if (name === 'http') return;
    }
    if (signal.aborted) return;
    setPeer(known.seen?.peer_address ?? '');
  }
}
