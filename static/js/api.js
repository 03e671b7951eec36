// The HTTP API: fetch in, objects out, an error as a sentence. Any admin page may import this file.

// Where the server is (relative to the page, so that a path prefix works) and who asks.
export const apiClient = {
  baseUrl: '.',
  token: null,
  onUnauthorized: () => {},

  async request(method, path, { params, body, bytes, headers, as = 'json' } = {}) {
    const response = await fetch(`${this.baseUrl}${path}${queryOf(params)}`, {
      method,
      headers: {
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? bytes : JSON.stringify(body),
    });
    const content = response.status === 204 ? null : await response[response.ok ? as : 'json']().catch(() => null);
    if (response.ok) return content;
    if (response.status === 401) this.onUnauthorized();
    throw new ApiError(response.status, content);
  },
};

// `detail` is the server's sentence, `errors` its findings by field.
export class ApiError extends Error {
  constructor(status, content) {
    super(content?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.errors = content?.errors ?? [];
  }
}

export const webhooksApi = {
  list: (params) => apiClient.request('GET', '/webhooks', { params }),
  get: (id) => apiClient.request('GET', `/webhooks/${id}`),
  create: (body) => apiClient.request('POST', '/webhooks', { body }),
  update: (id, body) => apiClient.request('PATCH', `/webhooks/${id}`, { body }),
  delete: (id) => apiClient.request('DELETE', `/webhooks/${id}`),
  getStats: () => apiClient.request('GET', '/webhooks/stats'),
  getDeliveries: (id, params) => apiClient.request('GET', `/webhooks/${id}/deliveries`, { params }),
  getDelivery: (id, delivery) => apiClient.request('GET', `/webhooks/${id}/deliveries/${delivery}`),
  retry: (id, delivery) => apiClient.request('POST', `/webhooks/${id}/deliveries/${delivery}/retry`),
  cancel: (id, delivery) => apiClient.request('POST', `/webhooks/${id}/deliveries/${delivery}/cancel`),
  replay: (id, body) => apiClient.request('POST', `/webhooks/${id}/replay`, { body }),
  test: (id, event_type) => apiClient.request('POST', `/webhooks/${id}/test`, { body: event_type ? { event_type } : {} }),
  rotateSecret: (id, overlap_hours = 24) => apiClient.request('POST', `/webhooks/${id}/rotate-secret`, { body: { overlap_hours } }),
  allSeries: (window) => apiClient.request('GET', '/webhooks/series', { params: { window } }),
  series: (id, window) => apiClient.request('GET', `/webhooks/${id}/series`, { params: { window } }),
};

export const eventsApi = {
  list: (params) => apiClient.request('GET', '/events', { params }),
  get: (id) => apiClient.request('GET', `/events/${id}`),
  create: (body) => apiClient.request('POST', '/events', { body }),
  sendTo: (id, webhook_id) => apiClient.request('POST', `/events/${id}/send`, { body: { webhook_id } }),
  types: (lang) => apiClient.request('GET', '/event-types', { params: { lang } }),
};

export const deliveriesApi = {
  list: (params) => apiClient.request('GET', '/deliveries', { params }),
};

export const statsApi = {
  get: () => apiClient.request('GET', '/stats'),
  series: (window) => apiClient.request('GET', '/stats/series', { params: { window } }),
  deliveries: (window) => apiClient.request('GET', '/deliveries/series', { params: { window } }),
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
  examine: () => apiClient.request('GET', '/doctor'),
  count: (bytes) => apiClient.request('POST', '/doctor/body', { bytes }),
};

export const settingsApi = {
  get: () => apiClient.request('GET', '/settings'),
  metrics: () => apiClient.request('GET', '/metrics', { as: 'text' }),
};

export const authApi = {
  login: (code) => apiClient.request('POST', '/login', { body: { code } }),
  ticket: () => apiClient.request('POST', '/ws/ticket'),
};

function queryOf(params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
}
