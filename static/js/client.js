// One call of the HTTP API: fetch in, objects out, and one kind of error for what went wrong.

const PATIENCE = 30_000; // ms for a whole answer
const UNREACHABLE = 'The server cannot be reached.';
const SILENT = 'The server did not answer in time.';

// Where the server is (relative to the page, so that a path prefix works) and who asks.
/** @type {typeof import('./api.js').apiClient} */
export const apiClient = {
  baseUrl: '.',
  token: null,
  onUnauthorized: () => {}, // our server refused `token`: nobody else's 401 counts

  // `token` asks as somebody else (null: as nobody), and their refusal is theirs alone.
  async request(
    method,
    path,
    { params, body, bytes, headers, token = this.token, as = 'json', patience = PATIENCE } = {},
  ) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    /** @type {RequestInit} */
    const asked = {
      method,
      signal: stop.signal,
      redirect: 'manual', // ours sends none: it is a gate's way to its sign-in
      // Not Authorization: that one may be a gate's in front of us (contract §1).
      headers: new Headers({
        ...(token && { 'X-API-Key': token }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      }),
      body: body === undefined ? bytes : JSON.stringify(body),
    };
    try {
      const response = await fetch(`${this.baseUrl}${path}${queryOf(params)}`, asked);
      return await contentOf(response, as);
    } catch (error) {
      if (error.isUnauthorized && token && token === this.token) this.onUnauthorized();
      throw error instanceof ApiError ? error : new ApiError(stop.signal.aborted ? SILENT : UNREACHABLE);
    } finally {
      clearTimeout(timer);
    }
  },
};

// `message` is the server's sentence, `errors` its findings by field; `status` is 0 when nobody answered;
// `isOurs` when the server itself did: what stands in front of it answers too, and means nothing here.
export class ApiError extends Error {
  status = 0;
  isOurs = false;
  errors = [];

  constructor(message, told = {}) {
    super(message);
    Object.assign(this, told);
  }

  get isUnauthorized() {
    return this.isOurs && this.status === 401;
  }

  // Another try may find it well: so our server says by 408 and 429 too.
  get isTransient() {
    return !this.isOurs || this.status >= 500 || [408, 429].includes(this.status);
  }
}

async function contentOf(response, as) {
  if (response.status === 204) return null;
  const text = await response.text();
  const isPage = /\bhtml\b/i.test(response.headers.get('Content-Type') ?? '');
  if (response.ok && as === 'text' && !isPage) return text;
  const content = parsed(text);
  if (response.ok && content !== undefined) return content;
  throw problemOf(response, content);
}

function problemOf(response, content) {
  const isRedirect = response.type === 'opaqueredirect'; // which of them it is, a browser hides
  const status = isRedirect ? 302 : response.status;
  const isOurs =
    typeof content?.detail === 'string' &&
    (status !== 401 || /^Bearer\b/i.test(response.headers.get('WWW-Authenticate') ?? ''));
  if (isOurs) return new ApiError(content.detail, { status, errors: content.errors ?? [], isOurs });
  const what = isRedirect ? '3xx' : status;
  return new ApiError(`Something in front of the server answered (HTTP ${what}). Reload the page.`, { status });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function queryOf(params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given)}` : '';
}
