// Code that checks signatures: ready files (static/verify), and one for a request that was sent.
import { apiClient } from './client.js';

const FILES = { Python: 'python.py', Node: 'node.mjs', PHP: 'php.php', curl: 'curl.sh' };
export const LANGUAGES = Object.keys(FILES);

export const codeFor = (language) =>
  apiClient.request('GET', `/verify/${FILES[language]}`, { as: 'text', token: null });

// Python, to lay the signature beside what one request carried.
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
