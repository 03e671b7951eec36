// The tests behind #/doctor: each takes what is known so far and gives {state, values, advice?, text?}.
import { apiClient, authApi, doctorApi } from './api.js';

const PATIENCE = 3_000; // ms for a first sign
export const SILENCE = 90; // seconds that the server holds a silent socket (api/doctor.py)
const CLOCK = 5; // seconds that two clocks may differ

const FORGED = '192.0.2.1'; // nobody's address (RFC 5737)

const ok = (values) => ({ state: 'ok', values });
const bad = (values, advice, text) => ({ state: 'bad', values, advice, text });
const SKIP = { state: 'skip', values: {} }; // what a refused Origin hides
const since = (started) => Math.round(performance.now() - started);
const isLocal = (host) => ['localhost', '127.0.0.1', '[::1]'].includes(host);

/** @type {Record<string, (known: any) => any>} in the order in which a person reads them */
export const CHECKS = { http, prefix, host, origin, address, clock, upgrade, body, sse, idle };

async function http(known) {
  const started = performance.now();
  const sentAt = Date.now();
  known.seen = await doctorApi.examine();
  known.middle = (sentAt + Date.now()) / 2;
  return ok({ ms: since(started) });
}

function prefix({ seen }) {
  return seen.path === '/doctor' ? ok({ path: location.pathname }) : bad({ path: seen.path }, 'prefix');
}

function host({ seen }) {
  const isKnown = seen.host === location.host || seen.origin_is_allowed;
  return isKnown ? ok({ host: seen.host }) : bad({ seen: seen.host, host: location.host }, 'host');
}

function origin({ seen }) {
  const values = { origin: location.origin };
  return seen.origin_is_allowed ? ok(values) : bad(values, 'origin');
}

async function address({ seen }) {
  const peer = seen.peer_address;
  if (seen.peer_is_trusted && (await passesForged())) return bad({ peer }, 'tunnel', 'address.tunnel');
  if (seen.forwarded['X-Forwarded-For'] && !seen.peer_is_trusted) return bad({ peer }, 'trust');
  if (isLocal(peer) && !isLocal(location.hostname) && !seen.forwarded['X-Forwarded-For'])
    return { state: 'warn', values: { peer }, advice: 'address' };
  return ok({ address: seen.client_address });
}

// Whether a header of ours comes through as it is: then whoever comes chooses his address.
async function passesForged() {
  const seen = await doctorApi.examine({ 'X-Forwarded-For': FORGED }).catch(() => null);
  return seen?.forwarded['X-Forwarded-For'] === FORGED;
}

function clock({ seen, middle }) {
  const seconds = Math.round(Math.abs(Date.parse(seen.now) - middle) / 100) / 10;
  return seconds > CLOCK ? bad({ seconds }) : ok({ seconds });
}

async function upgrade({ seen }) {
  if (!seen.origin_is_allowed) return SKIP;
  const started = performance.now();
  const socket = await open('ws');
  const hello = await first(socket, 'message');
  socket.close();
  return hello ? ok({ ms: since(started) }) : bad({}, 'upgrade');
}

async function body({ seen }) {
  const size = `${Math.round(seen.body_limit / 2 ** 20)} MB`;
  try {
    await doctorApi.count(new Uint8Array(seen.body_limit));
    return ok({ size });
  } catch (error) {
    return bad({ size, status: error.status ?? 0 }, 'body');
  }
}

async function sse() {
  const started = performance.now();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(`${apiClient.baseUrl}/events/stream`, {
      signal: stop.signal,
      headers: { 'X-API-Key': apiClient.token },
    });
    await answer.body.getReader().read();
    return ok({ ms: since(started) });
  } catch {
    return bad({ ms: PATIENCE }, 'buffer');
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

async function idle({ seen, tell }) {
  if (!seen.origin_is_allowed) return SKIP;
  const socket = await open('doctor/silence');
  const started = performance.now();
  const timer = setInterval(() => tell({ seconds: Math.round(since(started) / 1000), limit: SILENCE }), 1_000);
  const closed = await first(socket, 'close', (SILENCE + 10) * 1_000);
  clearInterval(timer);
  const values = { seconds: Math.round(since(started) / 1000), ping: seen.ping_seconds };
  if (closed?.code === 1000) return ok(values);
  return values.seconds > values.ping * 1.5 ? { state: 'warn', values } : bad(values, 'timeout');
}

async function open(path) {
  const { ticket } = await authApi.ticket();
  const url = new URL(path, location.href.replace(/[#?].*/, '')).href.replace(/^http/, 'ws');
  return new WebSocket(`${url}?ticket=${ticket}`);
}

// The first event of a kind; null when the socket closes before it, or nothing comes in time.
function first(socket, kind, patience = PATIENCE) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), patience);
    socket.addEventListener(kind, resolve);
    if (kind !== 'close') socket.addEventListener('close', () => resolve(null));
  });
}

// The lines for a proxy that failed in `advice`, with this page's prefix.
export function linesFor(advice, peer) {
  const path = location.pathname.replace(/[^/]*$/, '');
  const nginx = {
    prefix: ['proxy_pass http://127.0.0.1:8080/;  # the slash at the end cuts the prefix'],
    host: ['proxy_set_header Host $http_host;'],
    address: ['proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'],
    upgrade: [
      'proxy_http_version 1.1;',
      'proxy_set_header Upgrade $http_upgrade;',
      'proxy_set_header Connection "upgrade";',
    ],
    body: ['client_max_body_size 5m;'],
    buffer: ['proxy_buffering off;'],
    timeout: ['proxy_read_timeout 75s;'],
  };
  const lines = advice.flatMap((one) => nginx[one] ?? []);
  const texts = [];
  if (lines.length) texts.push(`# nginx\nlocation ${path} {\n${lines.map((one) => `    ${one}\n`).join('')}}`);
  if (lines.length)
    texts.push(
      `# Caddy\n${path === '/' ? 'reverse_proxy 127.0.0.1:8080' : `handle_path ${path}* {\n    reverse_proxy 127.0.0.1:8080\n}`}`,
    );
  const settings = [];
  if (advice.includes('trust')) settings.push(`trusted_proxies = ["${peer}"]`);
  if (advice.includes('tunnel')) settings.push('trusted_proxies = []');
  if (advice.includes('origin')) settings.push(`public_url = "${location.origin}${path}"`);
  if (settings.length) texts.push(`# config.toml\n[server]\n${settings.join('\n')}`);
  return texts.join('\n\n');
}
