export type WebhookState = 'working' | 'failing' | 'off' | 'disabled';

export interface Webhook {
  id: number;
  name: string;
  url: string;
  event_type: string;
  is_active: boolean;
  description: string | null;
  created_at: string;
  updated_at: string;
  last_triggered_at: string | null;
  failure_count: number;
  success_count: number;
  has_secret: boolean;
  disabled_reason: string | null;
  /** 0: no limit. */
  max_per_minute: number;
  state: WebhookState;
  failing_since: string | null;
  /** Of the attempt that ended last; null when that one succeeded. */
  last_error: { code: string; status: number | null; message: string | null; at: string } | null;
  last_success_at: string | null;
  undelivered: number;
  headers: Record<string, string>;
  secret?: string;
  skipped_since_inactive?: number;
}

export interface WebhookCreateRequest {
  name: string;
  url: string;
  event_type: string;
  secret?: string | null;
  generate_secret?: boolean;
  description?: string | null;
  is_active?: boolean;
  headers?: Record<string, string>;
  max_per_minute?: number;
}

export type WebhookUpdateRequest = Partial<Omit<WebhookCreateRequest, 'generate_secret'>>;
export type DeliveryStatus = 'pending' | 'success' | 'failed' | 'skipped';

export interface Delivery {
  id: number;
  webhook_id: number;
  event_id: number | null;
  event_type: string;
  payload: Record<string, unknown>;
  status: DeliveryStatus;
  response_status: number | null;
  response_body: string | null;
  error_code: string | null;
  error_message: string | null;
  attempt_number: number;
  duration_ms: number | null;
  is_test: boolean;
  created_at: string;
  delivered_at: string | null;
  next_retry_at: string | null;
}

export interface Numbers<T> {
  total_users: T;
  active_subscriptions: T;
  open_tickets: T;
  /** rubles */
  today_revenue: T;
}

export interface Stats extends Numbers<number> {
  /** As they stood when the day began; null where that is not known. */
  yesterday: Numbers<number | null>;
}

export interface Page<T> {
  items: T[];
  total: number;
  limit: number;
  offset: number;
  /** Of a search in events or deliveries: the id below which nothing was looked at yet. */
  searched_to?: number | null;
}

export interface EventItem {
  id: number;
  type: string;
  /** Not there with `payload: false` in the query. */
  payload: Record<string, unknown>;
  timestamp: string;
}

type Query = Record<string, string | number | boolean | undefined>;

export interface RequestOptions {
  params?: Query;
  body?: unknown;
  bytes?: Uint8Array;
  headers?: Record<string, string>;
  /** Ask as somebody else; null: as nobody. */
  token?: string | null;
  as?: "json" | "text";
  /** Milliseconds for the whole answer; 30,000 unless told. */
  patience?: number;
}

export const apiClient: {
  baseUrl: string;
  token: string | null;
  /** Our server refused `token`; a 401 of what stands in front of it does not come here. */
  onUnauthorized: () => void;
  request(method: string, path: string, options?: RequestOptions): Promise<any>;
};

export class ApiError extends Error {
  /** 0 when nobody answered. */
  status: number;
  /** The server itself said so; otherwise something in front of it did, or nobody. */
  isOurs: boolean;
  /** Our server does not know the token. */
  readonly isUnauthorized: boolean;
  /** Nothing was decided: another try may find it well. */
  readonly isTransient: boolean;
  errors: { loc: (string | number)[]; msg: string }[];
}

export const webhooksApi: {
  list(params?: Query): Promise<Page<Webhook>>;
  get(id: number): Promise<Webhook>;
  create(body: WebhookCreateRequest): Promise<Webhook>;
  update(id: number, body: WebhookUpdateRequest): Promise<Webhook>;
  delete(id: number): Promise<void>;
  getStats(): Promise<Record<string, number>>;
  getDeliveries(id: number, params?: Query): Promise<Page<Delivery>>;
  getDelivery(id: number, delivery: number): Promise<Delivery & { attempts: any[] }>;
  retry(id: number, delivery: number): Promise<Delivery>;
  cancel(id: number, delivery: number): Promise<Delivery>;
  replay(id: number, body: { since: string; until?: string; status?: DeliveryStatus; dry_run?: boolean }): Promise<{ queued: number; matching?: number }>;
  test(id: number, event_type?: string): Promise<Delivery>;
  rotateSecret(id: number, overlap_hours?: number): Promise<{ secret: string; old_secret_until: string | null }>;
  series(id: number, window?: string): Promise<any>;
  allSeries(window?: string): Promise<{ items: { webhook_id: number; success: number[]; failed: number[] }[] }>;
};

export const eventsApi: {
  list(params?: Query): Promise<Page<EventItem>>;
  get(id: number): Promise<any>;
  create(body: { type: string; payload: unknown; timestamp?: string }): Promise<any>;
  sendTo(id: number, webhook_id: number): Promise<Delivery>;
  refused(): Promise<{ items: { type: string; count: number; first_at: string; last_at: string; detail: string }[] }>;
  types(lang?: string): Promise<any[]>;
};

export const statsApi: {
  get(): Promise<Stats>;
  series(window?: string): Promise<any>;
  deliveries(window?: string): Promise<any>;
};

export const deliveriesApi: { list(params?: Query): Promise<Page<Delivery>> };

export const tokensApi: {
  list(): Promise<{ items: any[]; total: number }>;
  create(body: { name: string; scopes: string[]; expires_at?: string | null }): Promise<any>;
  delete(id: number): Promise<void>;
};

export const sinkApi: {
  get(): Promise<any>;
  setMode(mode: 'ok' | 'error' | 'slow' | 'hang'): Promise<any>;
  clear(): Promise<void>;
};

export const doctorApi: {
  examine(headers?: Record<string, string>): Promise<any>;
  count(bytes: Uint8Array): Promise<{ bytes: number }>;
};

export const settingsApi: { get(): Promise<any>; metrics(): Promise<string> };

export const authApi: {
  login(code: string): Promise<{ token: string }>;
  /** Try a token without using it: `onUnauthorized` does not hear of a refusal. */
  check(token: string): Promise<any[]>;
  ticket(): Promise<{ ticket: string; expires_in: number }>;
};
