// The HTTP API: fetch in, objects out, an error as a sentence. Any admin page may import this file.

// Where the server is (relative to the page, so that a path prefix works) and who asks.
export const apiClient = {
  baseUrl: '.',
  token: null,
  onUnauthorized: () => {},

  async request(method, path, { params, body, headers } = {}) {
    const response = await fetch(`${this.baseUrl}${path}${queryOf(params)}`, {
      method,
      headers: {
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const content = response.status === 204 ? null : await response.json().catch(() => null);
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
};

export const eventsApi = {
  list: (params) => apiClient.request('GET', '/events', { params }),
  get: (id) => apiClient.request('GET', `/events/${id}`),
  create: (body) => apiClient.request('POST', '/events', { body }),
  types: (lang) => apiClient.request('GET', '/event-types', { params: { lang } }),
};

export const statsApi = {
  get: () => apiClient.request('GET', '/stats'),
};

export const authApi = {
  login: (code) => apiClient.request('POST', '/login', { body: { code } }),
  ticket: () => apiClient.request('POST', '/ws/ticket'),
};

function queryOf(params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
}
