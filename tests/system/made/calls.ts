// What a program in TypeScript does with openapi-typescript's types: `tsc --strict` must accept this, and no more.
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const [url, token] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });

function is(told: boolean, what: string): asserts told {
  if (!told) throw new Error(what);
}

const sent = await client.POST('/events', { body: { type: 'user.created', payload: { user_id: 1 } } });
is(sent.data?.id === 1, 'an event with its type and its payload alone');
const stamped = await client.POST('/events', {
  params: { header: { 'Idempotency-Key': 'a' } },
  body: { type: 'user.created', payload: { user_id: 2 }, timestamp: new Date().toISOString() },
});
is(stamped.data?.duplicate === undefined, 'told for the first time');
const made = await client.POST('/webhooks', {
  body: { name: 'CRM', url: 'http://127.0.0.1:9/', event_type: '*', generate_secret: true, headers: { 'X-A': 'b' } },
});
const secret: string | undefined = made.data?.secret;
is(secret?.startsWith('whsec_') ?? false, 'the secret is shown once');
const path = { id: made.data!.id };

const off = await client.PATCH('/webhooks/{id}', { params: { path }, body: { is_active: false } });
is(off.data?.is_active === false && off.data.name === 'CRM', 'only what is named changes');
const described = await client.PATCH('/webhooks/{id}', { params: { path }, body: { description: 'd' } });
is(described.data?.is_active === false && 'X-A' in described.data.headers, 'it stays off and keeps its headers');
const whole: components['schemas']['Webhook'] = described.data;
const back = await client.PATCH('/webhooks/{id}', { params: { path }, body: { ...whole, name: 'New' } as components['schemas']['WebhookChange'] });
is(back.data?.name === 'New' && back.data.description === 'd', 'as it was read, back');

await client.PUT('/stats', { body: { total_users: 5_000_000_000, today_revenue: 123456789.12 } });
const numbers = await client.PUT('/stats', { body: { open_tickets: 3 } });
is(numbers.data?.total_users === 5_000_000_000 && numbers.data.today_revenue === 123456789.12, 'the others stay');

const page = await client.GET('/events', { params: { query: { limit: 1, since: '2020-01-01T00:00:00Z' } } });
is(page.data?.total === 2 && page.data.items.length === 1, 'a page of the log');
const late = await client.GET('/deliveries', { params: { query: { status: 'undelivered' } } });
is(late.data?.items.length === 0, 'a filter of its own');
const shown = await client.GET('/events/{id}', { params: { path: { id: 1 } } });
is(shown.data?.webhooks[0]?.condition === null, 'null where there is none');

const refused = await client.POST('/events', { body: { type: 'user.created', payload: {} } });
is(refused.response.status === 422 && refused.error?.errors?.[0]?.loc[1] === 'user_id', 'what was wrong');
const health = await client.GET('/health');
is(health.data?.status === 'ok', 'health');

// @ts-expect-error: an event has a payload
await client.POST('/events', { body: { type: 'user.created' } });
// @ts-expect-error: there is no such status
await client.GET('/deliveries', { params: { query: { status: 'lost' } } });
// @ts-expect-error: a webhook has a name
await client.POST('/webhooks', { body: { url: 'http://127.0.0.1:9/', event_type: '*' } });
console.log('done');
