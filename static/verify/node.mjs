import { createHmac, timingSafeEqual } from 'node:crypto';

const secret = process.env.WEBHOOK_SECRET;
const same = (one, other) => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

// `body` is the bytes or the text exactly as it was received, before anything parsed it.
export function verify(headers, body) {
  const got = Object.fromEntries([...(headers.entries?.() ?? Object.entries(headers))]
    .map(([name, value]) => [name.toLowerCase(), String(value)]));
  const sentAt = got['webhook-timestamp'] ?? '';
  if (!/^[0-9]{1,12}$/.test(sentAt) || Math.abs(Date.now() / 1000 - Number(sentAt)) > 300) return false;
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const made = createHmac('sha256', key).update(`${got['webhook-id']}.${sentAt}.`).update(body).digest('base64');
  return (got['webhook-signature'] ?? '').split(' ').some((one) => same(one, `v1,${made}`));
}
