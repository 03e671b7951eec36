// A stand-in for n8n 1.x: walks a workflow file as n8n does, as far as its nodes are known here, and refuses what n8n's
// nodes do not know (packages/nodes-base: Webhook 2, Crypto 1, If 2, RespondToWebhook 1.1, RemoveDuplicates 2,
// HttpRequest 4.2). Prints its port; the workflow answers at /webhook/PATH.
'use strict';
const { createHmac } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');

const flow = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const byName = new Map(flow.nodes.map((node) => [node.name, node]));
const seen = new Set();

// Which parameters each node takes, by type and version.
const KNOWN = {
  'webhook 2': ['httpMethod', 'path', 'responseMode', 'options'],
  'crypto 1': ['action', 'type', 'binaryData', 'binaryPropertyName', 'dataPropertyName', 'secret', 'encoding'],
  'if 2': ['conditions', 'options'],
  'respondToWebhook 1.1': ['respondWith', 'options'],
  'removeDuplicates 2': ['operation', 'logic', 'dedupeValue', 'options'],
  'httpRequest 4.2': ['method', 'url', 'sendHeaders', 'headerParameters', 'sendBody', 'specifyBody', 'jsonBody', 'options'],
};

// A parameter that begins with = is a template; {{ }} holds JavaScript that sees $json.
const evaluated = (value, $json) => {
  if (typeof value !== 'string' || !value.startsWith('=')) return value;
  const whole = /^=\{\{([\s\S]*)\}\}$/.exec(value);
  const run = (code) => new Function('$json', `return (${code});`)($json);
  return whole ? run(whole[1]) : value.slice(1).replace(/\{\{([\s\S]*?)\}\}/g, (_, code) => run(code));
};

// Each type: parameters and an item in; the output that goes on, and its item.
const RUN = {
  webhook: async (_, item) => [0, item],
  async crypto(given, item) {
    if (given.action !== 'hmac' || !given.binaryData) throw new Error('only hmac of binary data is known here');
    const data = Buffer.from(item.binary[given.binaryPropertyName].data, 'base64');
    const made = createHmac(given.type, given.secret).update(data).digest(given.encoding);
    return [0, { json: { ...item.json, [given.dataPropertyName]: made } }];
  },
  async if(given, item) {
    const holds = given.conditions.conditions.every(({ leftValue, rightValue, operator }) => {
      if (operator.type !== 'string' || operator.operation !== 'equals') throw new Error('unknown operator');
      const [left, right] = [leftValue, rightValue].map((one) => evaluated(one, item.json));
      return typeof left === 'string' && left === right; // strict: no other type is a string
    });
    return [holds ? 0 : 1, item];
  },
  async respondToWebhook(given, item, answer) {
    answer.writeHead(given.options.responseCode).end();
    return [0, item];
  },
  async removeDuplicates(given, item) {
    const key = evaluated(given.dedupeValue, item.json);
    if (typeof key !== 'string' || seen.has(key)) return [1, item];
    seen.add(key);
    return [0, item];
  },
  async httpRequest(given, item) {
    const headers = { 'content-type': 'application/json' };
    for (const { name, value } of given.headerParameters?.parameters ?? []) headers[name] = value;
    const body = evaluated(given.jsonBody, item.json);
    JSON.parse(body); // n8n refuses what is no JSON
    const reply = await fetch(evaluated(given.url, item.json), { method: given.method, headers, body });
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
    return [0, item];
  },
};

async function run(node, item, answer) {
  const kind = node.type.replace('n8n-nodes-base.', '');
  const [output, made] = node.disabled ? [0, item] : await RUN[kind](node.parameters, item, answer);
  for (const next of flow.connections[node.name]?.main[output] ?? []) await run(byName.get(next.node), made, answer);
}

for (const node of flow.nodes) {
  const known = KNOWN[`${node.type.replace('n8n-nodes-base.', '')} ${node.typeVersion}`];
  const odd = known ? Object.keys(node.parameters).filter((name) => !known.includes(name)) : ['its type'];
  if (odd.length) throw new Error(`${node.name}: n8n does not know ${odd}`);
}

const trigger = flow.nodes.find((node) => node.type === 'n8n-nodes-base.webhook');
const server = createServer(async (request, answer) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const raw = Buffer.concat(parts);
  if (request.method !== trigger.parameters.httpMethod || request.url !== `/webhook/${trigger.parameters.path}`) {
    answer.writeHead(404).end();
    return;
  }
  const json = { headers: request.headers, params: {}, query: {}, body: JSON.parse(raw) };
  const item = { json };
  if (trigger.parameters.options.rawBody) item.binary = { data: { data: raw.toString('base64') } };
  await run(trigger, item, answer);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
