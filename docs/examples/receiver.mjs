// A webhook receiver with nothing but Node. Usage: WEBHOOK_SECRET=whsec_... PORT=9000 node receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const lower = (headers) => Object.fromEntries([...(headers.entries?.() ?? Object.entries(headers))]
  .map(([name, value]) => [name.toLowerCase(), String(value)]));

const isRaw = (body) => typeof body === 'string' || body instanceof Uint8Array; // parsed, it is not what was signed

const same = (one, other) => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

function verify(headers, body, secret) {
  const got = lower(headers);
  const sentAt = got['webhook-timestamp'] ?? '';
  if (!isRaw(body) || !/^[0-9]{1,12}$/.test(sentAt) || Math.abs(Date.now() / 1000 - Number(sentAt)) > 300) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const made = createHmac('sha256', key).update(`${got['webhook-id']}.${sentAt}.`).update(body).digest('base64');
  return (got['webhook-signature'] ?? '').split(' ').some((one) => same(one, `v1,${made}`));
}

const { PORT, WEBHOOK_SECRET } = process.env;
if (!WEBHOOK_SECRET) throw new Error('WEBHOOK_SECRET is not set');

createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces); // as it came
    const isGenuine = verify(request.headers, body, WEBHOOK_SECRET);
    if (isGenuine) console.log(request.headers['x-webhook-event'], JSON.parse(body)); // your work goes here
    response.writeHead(isGenuine ? 204 : 401).end();
  });
}).listen(Number(PORT));
