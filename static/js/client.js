// One call of the HTTP API, with one kind of error for what went wrong.
import { parse } from './lib/json.js';

const PATIENCE = 30_000; // ms for a whole answer
const UNREACHABLE = 'The server cannot be reached.';
const SILENT = 'The server did not answer in time.';

/** @type {typeof import('./api.js').apiClient} */
export const apiClient = {
  baseUrl: '.', // relative, so that a path prefix works
  token: null,
  onUnauthorized: () => {}, // nobody else's 401 counts

  // `token` asks as somebody else (null: as nobody), and their refusal is theirs alone.
  async request(method, path, { params, body, bytes, headers, token = this.token, as = 'json', patience } = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience ?? PATIENCE);
    try {
      const response = await fetch(`${this.baseUrl}${path}${queryOf(params)}`, {
        method,
        signal: stop.signal,
        redirect: 'manual', // ours sends none: it is a gate's way to its sign-in
        // Not Authorization: that one may be a gate's in front of us (contract §1).
        headers: {
          ...(token && { 'X-API-Key': token }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: bytes ?? JSON.stringify(body),
      });
      return await contentOf(response, as);
    } catch (error) {
      if (error.isUnauthorized && token && token === this.token) this.onUnauthorized();
      throw error instanceof ApiError ? error : new ApiError(stop.signal.aborted ? SILENT : UNREACHABLE);
    } finally {
      clearTimeout(timer);
    }
  },
};

// `isOurs` when the server itself answered: what stands in front of it does too, and means nothing here.
export class ApiError extends Error {
  status = 0; // nobody answered
  isOurs = false;
  errors = []; // by field

  constructor(message, told = {}) {
    super(message);
    Object.assign(this, told);
  }

  get isUnauthorized() {
    return this.isOurs && this.status === 401;
  }

  // Another try may find it well.
  get isTransient() {
    return !this.isOurs || this.status >= 500 || [408, 429].includes(this.status);
  }
}

async function contentOf(response, as) {
  const text = await response.text();
  const isPage = /\bhtml\b/i.test(response.headers.get('Content-Type'));
  if (response.ok && as === 'text' && !isPage) return text;
  const content = response.status === 204 ? null : parsed(text);
  if (response.ok && content !== undefined) return content;
  throw problemOf(response, content);
}

function problemOf({ type, status, headers }, content) {
  const { detail, errors } = content ?? {};
  // A gate's own FastAPI has a `detail` too, but neither this header nor this word.
  const isOf = { 401: /^Bearer\b/i.test(headers.get('WWW-Authenticate')), 403: / scope /.test(detail) };
  if (typeof detail === 'string' && (isOf[status] ?? true))
    return new ApiError(detail, { status, errors: errors ?? [], isOurs: true });
  const isRedirect = type === 'opaqueredirect'; // which of them it is, a browser hides
  const what = isRedirect ? '3xx' : status;
  return new ApiError(`Something in front of the server answered (HTTP ${what}). Reload the page.`, {
    status: isRedirect ? 302 : status,
  });
}

function parsed(text) {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function queryOf(params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
}
