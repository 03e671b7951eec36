// The HTTP API by its nouns. Any admin page may import this file.
import { apiClient } from './client.js';
import { hedged } from './lib/hedge.js';

export { ApiError, apiClient } from './client.js';

export const webhooksApi = {
  list: (params) => apiClient.request('GET', '/webhooks', { params }),
  get: (id) => apiClient.request('GET', `/webhooks/${id}`),
  create: (body) => apiClient.request('POST', '/webhooks', { body }),
  update: (id, body) => apiClient.request('PATCH', `/webhooks/${id}`, { body }),
  try: (body) => apiClient.request('POST', '/webhooks/try', { body }),
  delete: (id) => apiClient.request('DELETE', `/webhooks/${id}`),
  checkUrl: (url) => apiClient.request('POST', '/webhooks/check-url', { body: { url } }),
  getStats: () => apiClient.request('GET', '/webhooks/stats'),
  getDeliveries: (id, params) => apiClient.request('GET', `/webhooks/${id}/deliveries`, { params }),
  getDelivery: (id, delivery) => apiClient.request('GET', `/webhooks/${id}/deliveries/${delivery}`),
  retry: (id, delivery) => apiClient.request('POST', `/webhooks/${id}/deliveries/${delivery}/retry`),
  cancel: (id, delivery) => apiClient.request('POST', `/webhooks/${id}/deliveries/${delivery}/cancel`),
  replay: (id, body) => apiClient.request('POST', `/webhooks/${id}/replay`, { body }),
  test: (id, event_type) =>
    apiClient.request('POST', `/webhooks/${id}/test`, { body: event_type ? { event_type } : {} }),
  rotateSecret: (id, overlap_hours = 24) =>
    apiClient.request('POST', `/webhooks/${id}/rotate-secret`, { body: { overlap_hours } }),
  allSeries: (window) => apiClient.request('GET', '/webhooks/series', { params: { window } }),
  series: (id, window) => apiClient.request('GET', `/webhooks/${id}/series`, { params: { window } }),
};

export const eventsApi = {
  list: (params) => apiClient.request('GET', '/events', { params }),
  get: (id) => apiClient.request('GET', `/events/${id}`),
  create: (body) => apiClient.request('POST', '/events', { body }),
  sendTo: (id, webhook_id) => apiClient.request('POST', `/events/${id}/send`, { body: { webhook_id } }),
  refused: () => apiClient.request('GET', '/events/refused'),
  types: (lang) => apiClient.request('GET', '/event-types', { params: { lang } }),
};

export const deliveriesApi = {
  list: (params) => apiClient.request('GET', '/deliveries', { params }),
};

export const statsApi = {
  get: () => apiClient.request('GET', '/stats'),
  put: (body) => apiClient.request('PUT', '/stats', { body }),
  series: (window) => apiClient.request('GET', '/stats/series', { params: { window } }),
  deliveries: (window) => apiClient.request('GET', '/deliveries/series', { params: { window } }),
};

export const alertsApi = {
  test: () => apiClient.request('POST', '/alerts/test'),
};

export const tokensApi = {
  list: () => apiClient.request('GET', '/tokens'),
  create: (body) => apiClient.request('POST', '/tokens', { body }),
  delete: (id) => apiClient.request('DELETE', `/tokens/${id}`),
};

export const sinkApi = {
  get: () => apiClient.request('GET', '/sink'),
  setMode: (mode) => apiClient.request('PUT', '/sink', { body: { mode } }),
  clear: () => apiClient.request('DELETE', '/sink'),
};

export const doctorApi = {
  examine: (headers) => apiClient.request('GET', '/doctor', { params: { origin: location.origin }, headers }),
  count: (bytes) => apiClient.request('POST', '/doctor/body', { bytes, patience: 180_000 }), // 4 MiB on a slow line
};

export const settingsApi = {
  get: () => apiClient.request('GET', '/settings'),
  metrics: () => apiClient.request('GET', '/metrics', { as: 'text' }),
};

export const authApi = {
  login: (code) => apiClient.request('POST', '/login', { body: { code }, token: null }),
  check: (token) => apiClient.request('GET', '/event-types', { token }), // a refusal signs nobody out
  link: () => apiClient.request('POST', '/login/links'),
  ticket: () => hedged(() => apiClient.request('POST', '/ws/ticket', { patience: 10_000 })),
};
