// Ready code that checks the signature of a webhook's requests; the full texts are in docs/delivery.md.

export const LANGUAGES = ['Python', 'Node', 'PHP', 'curl'];

export function codeFor(language, webhook) {
  const note = `webhook ${webhook.id}: ${webhook.name.replace(/[\r\n]/g, ' ')}`;
  return { Python: python, Node: node, PHP: php, curl }[language](note, webhook);
}

// Python that computes the signature of one request that was sent, to lay beside what it carried.
export function checkOf(headers, body) {
  const sent = Object.fromEntries(headers);
  return `import base64, hashlib, hmac, os

secret = os.environ["WEBHOOK_SECRET"]
key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
body = ${JSON.stringify(body)}.encode()
signed = b"${sent['webhook-id']}.${sent['webhook-timestamp']}." + body
print("v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode())
# was sent: ${sent['webhook-signature']}
print("sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest())
# was sent: ${sent['X-Webhook-Signature']}`;
}

const python = (note) => `# ${note}
import base64, hashlib, hmac, os, time

SECRET = os.environ["WEBHOOK_SECRET"]

def verify(headers, body: bytes) -> bool:
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(SECRET[6:]) if SECRET.startswith("whsec_") else SECRET.encode()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split(" "))`;

const node = (note) => `// ${note}
import { createHmac, timingSafeEqual } from 'node:crypto';

const secret = process.env.WEBHOOK_SECRET;
const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export function verify(headers, body) {
  if (Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) > 300) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const signed = \`\${headers['webhook-id']}.\${headers['webhook-timestamp']}.\${body}\`;
  const expected = \`v1,\${createHmac('sha256', key).update(signed).digest('base64')}\`;
  return headers['webhook-signature'].split(' ').some((one) => same(one, expected));
}`;

const php = (note) => `<?php // ${note}
function verify(array $headers, string $body): bool {
    $secret = getenv('WEBHOOK_SECRET');
    if (abs(time() - (int) $headers['webhook-timestamp']) > 300) return false;
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $signed = "{$headers['webhook-id']}.{$headers['webhook-timestamp']}.$body";
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', $headers['webhook-signature']) as $one) {
        if (hash_equals($expected, $one)) return true;
    }
    return false;
}`;

const curl = (note, webhook) => `# ${note}
# body.json: the body exactly as it was received
printf '%s' "$(cat body.json)" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET"
# compare with the header X-Webhook-Signature: sha256=...
curl -X POST '${webhook.url.replaceAll("'", '')}' -H 'Content-Type: application/json' --data-binary @body.json \\
  -H "X-Webhook-Signature: sha256=$(openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r body.json | cut -d' ' -f1)"`;
