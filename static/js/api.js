// The HTTP API by its nouns. Any admin page may import this file.
import { apiClient } from './client.js';

export { ApiError, apiClient } from './client.js';

const CONNECTIONS = 6; // that a browser keeps to one host
const EVERY = 1_000; // ms without an answer

const get = (path, params, more) => apiClient.request('GET', path, { params, ...more });
const post = (path, body, more) => apiClient.request('POST', path, { body, ...more });
const put = (path, body) => apiClient.request('PUT', path, { body });
const remove = (path) => apiClient.request('DELETE', path);

const at = (id) => `/webhooks/${id}`;
const sent = (id, delivery) => `${at(id)}/deliveries/${delivery}`;

export const webhooksApi = {
  list: (params) => get('/webhooks', params),
  get: (id) => get(at(id)),
  create: (body) => post('/webhooks', body),
  update: (id, body) => apiClient.request('PATCH', at(id), { body }),
  try: (body) => post('/webhooks/try', body),
  delete: (id) => remove(at(id)),
  checkUrl: (url) => post('/webhooks/check-url', { url }),
  getStats: () => get('/webhooks/stats'),
  getDeliveries: (id, params) => get(`${at(id)}/deliveries`, params),
  getDelivery: (id, delivery) => get(sent(id, delivery)),
  retry: (id, delivery) => post(`${sent(id, delivery)}/retry`),
  cancel: (id, delivery) => post(`${sent(id, delivery)}/cancel`),
  replay: (id, body) => post(`${at(id)}/replay`, body),
  test: (id, event_type) => post(`${at(id)}/test`, { event_type }),
  rotateSecret: (id, overlap_hours = 24) => post(`${at(id)}/rotate-secret`, { overlap_hours }),
  allSeries: (window) => get('/webhooks/series', { window }),
  series: (id, window) => get(`${at(id)}/series`, { window }),
};

export const eventsApi = {
  list: (params) => get('/events', params),
  get: (id) => get(`/events/${id}`),
  create: (body) => post('/events', body),
  sendTo: (id, webhook_id) => post(`/events/${id}/send`, { webhook_id }),
  refused: () => get('/events/refused'),
  types: (lang) => get('/event-types', { lang }),
};

export const deliveriesApi = { list: (params) => get('/deliveries', params) };

export const statsApi = {
  get: () => get('/stats'),
  put: (body) => put('/stats', body),
  series: (window) => get('/stats/series', { window }),
  deliveries: (window) => get('/deliveries/series', { window }),
};

export const alertsApi = { test: () => post('/alerts/test') };

export const tokensApi = {
  list: () => get('/tokens'),
  create: (body) => post('/tokens', body),
  delete: (id) => remove(`/tokens/${id}`),
};

export const sinkApi = {
  get: () => get('/sink'),
  setMode: (mode) => put('/sink', { mode }),
  clear: () => remove('/sink'),
};

export const doctorApi = {
  examine: (headers) => get('/doctor', { origin: location.origin }, { headers }),
  count: (bytes) => post('/doctor/body', undefined, { bytes, patience: 180_000 }), // 4 MiB on a slow line
};

export const settingsApi = {
  get: () => get('/settings'),
  metrics: () => get('/metrics', {}, { as: 'text' }),
};

export const authApi = {
  login: (code) => post('/login', { code }, { token: null }),
  check: (token) => get('/event-types', {}, { token }), // a refusal signs nobody out
  link: () => post('/login/links'),
  ticket: () => hedged(() => post('/ws/ticket', undefined, { patience: 10_000 })),
};

// A frozen tunnel leaves connections in the browser's pool that never answer: each second the next one is asked.
function hedged(call) {
  let isOver = false;
  const tries = Array.from({ length: CONNECTIONS }, async (_, number) => {
    await new Promise((resolve) => setTimeout(resolve, number * EVERY));
    return isOver ? undefined : call();
  });
  return Promise.race(tries).finally(() => {
    isOver = true;
  });
}
