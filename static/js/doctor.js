// The tests behind #/doctor: each takes what is known so far and gives {state, values, advice?, text?}.
// `advice` names lines of doctor.json, if not those of the test's own name.
import { apiClient, authApi, doctorApi } from './api.js';
import { persist } from './lib/persist.js';
import { bytes } from './lib/text.js';
import { socketAt } from './place.js';

const PATIENCE = 3_000; // ms for a first sign
const SILENCE = 90; // seconds that the server holds a silent socket (api/doctor.py)
const CLOCK = 5; // seconds that two clocks may differ
const FULL = 1013; // Try Again Later: other pages test too
const FORGED = '192.0.2.1'; // nobody's address (RFC 5737)
const LOCAL = ['localhost', '127.0.0.1', '[::1]'];
const CADDY = 'reverse_proxy 127.0.0.1:8080';

const ok = (values) => ({ state: 'ok', values });
const bad = (values, more) => ({ state: 'bad', values, ...more });
const either = (isGood, good, otherwise = good) => (isGood ? ok(good) : bad(otherwise));
const SKIP = { state: 'skip', values: {} }; // what a refused Origin hides
const since = (started) => Math.round(performance.now() - started);

/** @type {Record<string, (known: any) => any>} in the order in which a person reads them */
export const CHECKS = {
  async http(known) {
    const started = performance.now();
    const sentAt = Date.now();
    known.seen = await doctorApi.examine();
    known.middle = (sentAt + Date.now()) / 2;
    return ok({ ms: since(started) });
  },
  prefix: ({ seen }) => either(seen.path === '/doctor', { path: location.pathname }, { path: seen.path }),
  host: ({ seen }) =>
    either(seen.host === location.host || seen.origin_is_allowed, { seen: seen.host, host: location.host }),
  origin: ({ seen }) => either(seen.origin_is_allowed, { origin: location.origin }),
  async address({ seen }) {
    const { peer_address: peer, peer_is_trusted: isTrusted, client_address: address } = seen;
    const isForwarded = Boolean(seen.forwarded['X-Forwarded-For']);
    if (isTrusted && (await passesForged())) return bad({ peer }, { advice: 'tunnel', text: 'address.tunnel' });
    if (isForwarded && !isTrusted) return bad({ peer }, { advice: 'trust' });
    const isHidden = LOCAL.includes(peer) && !LOCAL.includes(location.hostname) && !isForwarded;
    return isHidden ? { state: 'warn', values: { peer }, advice: 'address' } : ok({ address });
  },
  clock({ seen, middle }) {
    const seconds = Math.round(Math.abs(Date.parse(seen.now) - middle) / 100) / 10;
    return either(seconds <= CLOCK, { seconds });
  },
  async upgrade({ seen }) {
    if (!seen.origin_is_allowed) return SKIP;
    const started = performance.now();
    const socket = await open('ws');
    const hello = await first(socket, 'message');
    socket.close();
    return either(hello, { ms: since(started) });
  },
  async body({ seen }) {
    const size = bytes(seen.body_limit);
    try {
      await doctorApi.count(new Uint8Array(seen.body_limit));
      return ok({ size });
    } catch ({ status = 0 }) {
      return bad({ size, status });
    }
  },
  async sse() {
    const started = performance.now();
    const signal = AbortSignal.timeout(PATIENCE);
    const headers = { 'X-API-Key': apiClient.token };
    try {
      const { body } = await fetch(`${apiClient.baseUrl}/events/stream`, { signal, headers });
      const reader = body.getReader();
      await reader.read();
      reader.cancel();
      return ok({ ms: since(started) });
    } catch {
      return bad({ ms: PATIENCE });
    }
  },
  async idle({ seen: { origin_is_allowed: isAllowed, ping_seconds: ping }, tell, signal }) {
    if (!isAllowed) return SKIP;
    const socket = await open('doctor/silence');
    signal.onabort = () => socket.close(); // else the server would hold it, and has five at most
    if (signal.aborted) socket.close();
    const started = performance.now();
    const passed = () => Math.round(since(started) / 1000);
    const timer = setInterval(() => tell({ seconds: passed(), limit: SILENCE }), 1_000);
    const closed = await first(socket, 'close', (SILENCE + 10) * 1_000);
    clearInterval(timer);
    const values = { seconds: passed(), ping };
    if (closed?.code === 1000) return ok(values);
    if (closed?.code === FULL) return { ...SKIP, text: 'idle.full' };
    return values.seconds > ping * 1.5 ? { state: 'warn', values } : bad(values);
  },
};

// Whether a visitor may choose his address.
async function passesForged() {
  const seen = await doctorApi.examine({ 'X-Forwarded-For': FORGED }).catch(() => null);
  return seen?.forwarded['X-Forwarded-For'] === FORGED;
}

async function open(path) {
  const { ticket } = await authApi.ticket();
  return new WebSocket(`${socketAt(path)}?ticket=${ticket}`);
}

// The first event of a kind; null when the socket closes before it, or nothing comes in time.
function first(socket, kind, patience = PATIENCE) {
  return new Promise((resolve) => {
    setTimeout(resolve, patience, null);
    socket.addEventListener(kind, resolve);
    socket.addEventListener('close', () => resolve(null));
  });
}

const LINES = await persist(() => apiClient.request('GET', '/js/doctor.json', { token: null }));

export function linesFor(advice, peer) {
  const prefix = location.pathname.replace(/[^/]*$/, '');
  const url = `${location.origin}${prefix}`;
  const among = (known) => advice.flatMap((one) => known[one] ?? []);
  const proxy = among(LINES.nginx).map((line) => `    ${line}\n`);
  const config = among(LINES.config).map((line) => line.replace('{peer}', peer).replace('{url}', url));
  const caddy = prefix === '/' ? CADDY : `handle_path ${prefix}* {\n    ${CADDY}\n}`;
  return [
    ...(proxy.length ? [`# nginx\nlocation ${prefix} {\n${proxy.join('')}}`, `# Caddy\n${caddy}`] : []),
    ...(config.length ? [`# config.toml\n[server]\n${config.join('\n')}`] : []),
  ].join('\n\n');
}
