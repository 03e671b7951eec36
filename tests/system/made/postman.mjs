// Imports a document as Postman does and sends every request as it came: FILE URL TOKEN; a line of JSON for each.
import { readFileSync } from 'node:fs';
import converter from 'openapi-to-postmanv2';
import sdk from 'postman-collection';

const [file, baseUrl, bearerToken] = process.argv.slice(2);
const source = { type: 'string', data: readFileSync(file, 'utf8') };
const collection = await new Promise((resolve, reject) => {
  converter.convertV2(source, { parametersResolution: 'Example' }, (error, made) => {
    if (error || !made.result) return reject(error ?? new Error(made.reason));
    resolve(new sdk.Collection(made.output[0].data));
  });
});
const filledIn = { baseUrl, bearerToken }; // what Postman asks a person for
const told = (text) => text.replace(/{{(\w+)}}/g, (same, name) => filledIn[name] ?? same);

const items = [];
collection.forEachItem((item) => items.push(item));
items.sort((a, b) => (a.request.method === 'DELETE') - (b.request.method === 'DELETE')); // what is gone cannot be asked for
for (const item of items) {
  const { request } = item;
  const headers = Object.fromEntries(request.headers.filter((one) => !one.disabled).map((one) => [one.key, told(one.value)]));
  const auth = item.getAuth();
  if (auth?.type === 'bearer') headers.Authorization = `Bearer ${told(auth.parameters().get('token'))}`;
  const url = told(request.url.toString()).replace(/:(\w+)(?=[/?]|$)/g, (same, name) => request.url.variables.get(name) ?? same);
  const body = request.body && !request.body.isEmpty() && request.method !== 'GET' ? request.body.toString() : undefined;
  const answer = await fetch(url, { method: request.method, headers, body, signal: AbortSignal.timeout(20_000) });
  await answer.body?.cancel();
  console.log(JSON.stringify({ name: item.name, method: request.method, path: new URL(url).pathname, status: answer.status }));
}
process.exit(0);
