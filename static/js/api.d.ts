// Made by `make types` from the OpenAPI document, down to the line of stars.
export interface AcceptedEvent {
  id: number;
  type: string;
  timestamp: string;
  /** how many webhooks it goes to, skipped ones included */
  deliveries: number;
  /** known by its idempotency key */
  duplicate?: boolean;
}
export interface AcceptedEvents {
  items: AcceptedEvent[];
}
export interface AlertsTest {
  /** empty when no way is set */
  items: SaidWay[];
}
export interface Attempt {
  number: number;
  started_at: string;
  duration_ms: number;
  response_status: number | null;
  response_headers: [string, string][];
  /** first 16 KiB, as text */
  response_body: string | null;
  error_code: ErrorCode | null;
  error_message: string | null;
  remote_address: string | null;
  request_headers: [string, string][];
}
export interface Attempts {
  success: number;
  failed: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}
export interface AttemptsBucket {
  success: number;
  failed: number;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
  start: string;
}
export interface AttemptsSeries {
  window: Window;
  bucket_seconds: number;
  /** of the whole window */
  whole: Attempts;
  items: AttemptsBucket[];
}
export interface BatchEvent {
  /** one of GET /event-types */
  type: string;
  /** what the type asks for, and more */
  payload: Record<string, unknown>;
  /** when it happened, if not now */
  timestamp?: string | null;
  /** as in the header of one event */
  idempotency_key?: string | null;
}
export interface BatchInput {
  events: BatchEvent[];
}
export interface Cancelled {
  cancelled: number;
}
export interface ChangedWebhook {
  id: number;
  name: string;
  url: string;
  /** the first of event_types */
  event_type: string;
  /** types, families (ticket.*) or *; those that overlap make one delivery */
  event_types: string[];
  /** conditions on the payload that must all hold; null: none */
  filter: KeptCondition[] | null;
  is_active: boolean;
  description: string | null;
  created_at: string;
  updated_at: string;
  last_triggered_at: string | null;
  failure_count: number;
  success_count: number;
  disabled_reason: string | null;
  format: Format;
  /** of the format */
  options: Record<string, unknown>;
  /** a 302 or 303 counts as taken */
  accept_redirects: boolean;
  /** 0: no limit */
  max_per_minute: number;
  state: WebhookState;
  /** the first failure since the last success */
  failing_since: string | null;
  /** of the attempt that ended last */
  last_error: LastError | null;
  last_success_at: string | null;
  /** deliveries that failed or wait for another attempt */
  undelivered: number;
  /** extra request headers, masked */
  headers: Record<string, string>;
  /** are its deliveries signed */
  has_secret: boolean;
  /** only when it was activated */
  skipped_since_inactive?: number;
}
export interface CheckUrl {
  /** where a webhook would send */
  url: string;
}
export interface CheckedAddress {
  address: string;
  allowed: boolean;
  rule: string;
}
export interface CheckedUrl {
  allowed: boolean;
  addresses: CheckedAddress[];
  detail: string;
}
export interface Condition {
  /** a dotted path into the payload */
  field: string;
  op: Op;
  /** a text, a number, true, false or null; a list with in and not_in; none with exists */
  value?: unknown;
}
export interface Counted {
  bytes: number;
}
export interface CreatedToken {
  id: number;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  /** shown this once */
  token: string;
}
export interface CreatedWebhook {
  id: number;
  name: string;
  url: string;
  /** the first of event_types */
  event_type: string;
  /** types, families (ticket.*) or *; those that overlap make one delivery */
  event_types: string[];
  /** conditions on the payload that must all hold; null: none */
  filter: KeptCondition[] | null;
  is_active: boolean;
  description: string | null;
  created_at: string;
  updated_at: string;
  last_triggered_at: string | null;
  failure_count: number;
  success_count: number;
  disabled_reason: string | null;
  format: Format;
  /** of the format */
  options: Record<string, unknown>;
  /** a 302 or 303 counts as taken */
  accept_redirects: boolean;
  /** 0: no limit */
  max_per_minute: number;
  state: WebhookState;
  /** the first failure since the last success */
  failing_since: string | null;
  /** of the attempt that ended last */
  last_error: LastError | null;
  last_success_at: string | null;
  /** deliveries that failed or wait for another attempt */
  undelivered: number;
  /** extra request headers, masked */
  headers: Record<string, string>;
  /** shown this once; only with generate_secret */
  secret?: string;
}
export interface Delivery {
  id: number;
  webhook_id: number;
  /** null for a test delivery */
  event_id: number | null;
  event_type: string;
  /** not there with payload=false */
  payload?: Record<string, unknown>;
  status: Status;
  response_status: number | null;
  response_body: string | null;
  error_code: ErrorCode | null;
  error_message: string | null;
  /** attempts made */
  attempt_number: number;
  duration_ms: number | null;
  is_test: boolean;
  created_at: string;
  delivered_at: string | null;
  next_retry_at: string | null;
}
export interface DeliveryWithAttempts {
  id: number;
  webhook_id: number;
  /** null for a test delivery */
  event_id: number | null;
  event_type: string;
  /** not there with payload=false */
  payload?: Record<string, unknown>;
  status: Status;
  response_status: number | null;
  response_body: string | null;
  error_code: ErrorCode | null;
  error_message: string | null;
  /** attempts made */
  attempt_number: number;
  duration_ms: number | null;
  is_test: boolean;
  created_at: string;
  delivered_at: string | null;
  next_retry_at: string | null;
  /** exactly what every attempt sends */
  body: string;
  attempts: Attempt[];
}
export type ErrorCode = "dns" | "connection_refused" | "connection_reset" | "connect_timeout" | "timeout" | "tls" | "address_not_allowed" | "redirect" | "http_status" | "bad_response" | "cancelled";
export interface Event {
  id: number;
  type: string;
  /** not there with payload=false */
  payload?: Record<string, unknown>;
  /** when it happened */
  timestamp: string;
  /** when it came */
  created_at: string;
  deliveries: number;
}
export interface EventInput {
  /** one of GET /event-types */
  type: string;
  /** what the type asks for, and more */
  payload: Record<string, unknown>;
  /** when it happened, if not now */
  timestamp?: string | null;
}
export interface EventType {
  value: string;
  label: string;
  description: string;
  /** the sentence for one event: {field}, plural forms, [optional] */
  text: string;
  example: Record<string, unknown>;
  schema: Record<string, unknown>;
}
export interface EventWithDeliveries {
  id: number;
  type: string;
  payload: Record<string, unknown>;
  timestamp: string;
  created_at: string;
  deliveries: Delivery[];
  webhooks: Verdict[];
  /** tokens that got it live, since the last restart */
  seen_by: Seen[];
}
export interface EventsBucket {
  start: string;
  events: Record<string, number>;
  /** rubles */
  revenue: number;
}
export interface EventsSeries {
  window: Window;
  bucket_seconds: number;
  items: EventsBucket[];
  /** at each day's end; today's as now */
  gauges: GaugeDay[];
}
export interface Examined {
  now: string;
  path: string;
  host: string;
  peer_address: string | null;
  client_address: string;
  /** is it one of server.trusted_proxies */
  peer_is_trusted: boolean;
  /** may a page of the Origin asked about open the live feed; null: none was */
  origin_is_allowed: boolean | null;
  forwarded: Record<string, string>;
  /** bytes */
  body_limit: number;
  ping_seconds: number;
}
export interface FieldError {
  /** the way to the field: names, and places in lists */
  loc: (string | number)[];
  msg: string;
}
export type Format = "json" | "telegram" | "discord" | "slack" | "ntfy" | "max";
export interface GaugeDay {
  /** in `timezone` */
  day: string;
  total_users: number | null;
  active_subscriptions: number | null;
  open_tickets: number | null;
}
export interface Health {
  /** ok, or what is wrong */
  status: string;
  version?: string;
  last_event_id?: number;
  fsync_ms?: number;
  /** with 503: what broke */
  detail?: string;
}
export interface KeptCondition {
  /** a dotted path into the payload */
  field: string;
  op: Op;
  /** a text, a number, true, false or null; a list with in and not_in; none with exists */
  value?: unknown;
}
export type Language = "ru" | "en";
export interface LastError {
  code: ErrorCode;
  status: number | null;
  message: string | null;
  at: string;
}
export interface Login {
  /** what stands behind #login= in a sign-in link */
  code: string;
}
export interface LoginLink {
  /** opened once, it signs a browser in as an admin */
  url: string;
  /** seconds */
  expires_in: number;
}
export type Op = "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "in" | "not_in" | "contains" | "starts_with" | "exists" | "missing";
export interface Options {
  /** ru, if left out */
  language?: Language | null;
  /** own words, with {field} and {nested.field} */
  text?: string | null;
  /** false: never several in one message */
  fold?: boolean | null;
  /** telegram, max */
  chat_id?: number | string | null;
  /** telegram: the topic */
  thread_id?: number | null;
  /** telegram, max: without a sound */
  silent?: boolean | null;
  /** discord: who it is from */
  username?: string | null;
  /** ntfy */
  priority?: number | null;
  /** ntfy: a list, or words with commas */
  tags?: string[] | null;
}
export interface PaymentCompletedPayload {
  transaction_id: number;
  user_id: number;
  type?: string;
  amount_kopeks?: number;
  amount_rubles?: number;
  payment_method?: string | null;
  external_id?: string | null;
  description?: string | null;
  is_completed?: boolean;
}
export interface Refusal {
  /** one sentence for a person */
  detail: string;
  /** by field, with 422 */
  errors?: FieldError[];
}
export interface RefusedEvents {
  items: RefusedType[];
}
export interface RefusedType {
  type: string;
  count: number;
  first_at: string;
  last_at: string;
  /** why the last one was refused */
  detail: string;
}
export interface Replay {
  /** deliveries made from this time on */
  since: string;
  /** and before this one */
  until?: string | null;
  /** failed, if left out; what is pending is sent anyway */
  status?: StatusFilter;
  /** only count; false, if left out */
  dry_run?: boolean;
}
export interface Replayed {
  queued: number;
  /** with dry_run */
  matching?: number;
  dry_run?: boolean;
}
export interface RotateSecret {
  /** how long the old ones sign too; 24, if left out */
  overlap_hours?: number;
}
export interface RotatedSecret {
  secret: string;
  old_secret_until: string | null;
}
export interface SaidWay {
  /** the setting that it comes from */
  name: string;
  ok: boolean;
  sentence: string;
}
export type Scope = "admin" | "read" | "publish";
export interface Seen {
  token_id: number;
  /** null when the token is gone */
  name: string | null;
}
export interface SendTo {
  webhook_id: number;
}
export interface Setting {
  key: string;
  /** secrets are masked */
  value: string;
  /** default, a file, environment or flag */
  origin: string;
  /** its name in the environment */
  variable: string;
  meaning: string;
}
export interface Settings {
  version: string;
  epoch: string;
  /** one fsync, measured at start */
  fsync_ms: number;
  database_bytes: number;
  has_sink: boolean;
  items: Setting[];
}
export interface Sink {
  mode: SinkAnswer;
  count: number;
  items: SinkItem[];
}
export type SinkAnswer = "ok" | "error" | "slow" | "hang";
export interface SinkItem {
  id: number;
  received_at: string;
  headers: [string, string][];
  body: string;
  /** ok, wrong or none */
  signature: string;
  answered: SinkAnswer;
}
export interface SinkMode {
  mode: SinkAnswer;
}
export interface Stats {
  total_users: number;
  active_subscriptions: number;
  open_tickets: number;
  /** rubles */
  today_revenue: number;
  /** as they stood when the day began; null: not known */
  yesterday: Yesterday;
}
export interface StatsInput {
  total_users?: number;
  active_subscriptions?: number;
  open_tickets?: number;
  /** rubles */
  today_revenue?: number;
}
export type Status = "pending" | "success" | "failed" | "skipped";
export type StatusFilter = "pending" | "success" | "failed" | "skipped" | "undelivered";
export interface TestDelivery {
  /** whose example; the webhook's first type, if left out */
  event_type?: string | null;
}
export interface Ticket {
  ticket: string;
  /** seconds */
  expires_in: number;
}
export interface TicketCreatedPayload {
  ticket_id: number;
  user_id: number;
  title?: string;
  status?: string;
  priority?: string;
  has_media?: boolean;
}
export interface TicketMessageAddedPayload {
  ticket_id: number;
  message_id: number;
  user_id?: number;
  is_from_admin?: boolean;
  message_text?: string;
  has_media?: boolean;
  status?: string | null;
}
export interface TicketStatusChangedPayload {
  ticket_id: number;
  user_id?: number;
  old_status?: string;
  new_status?: string;
  closed_at?: string | null;
}
export interface Token {
  id: number;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
}
export interface TokenInput {
  name: string;
  scopes: Scope[];
  /** never, if left out */
  expires_at?: string | null;
}
export interface Tokens {
  items: Token[];
  total: number;
}
export interface TransactionCreatedPayload {
  transaction_id: number;
  user_id: number;
  type?: string;
  amount_kopeks?: number;
  amount_rubles?: number;
  payment_method?: string | null;
  external_id?: string | null;
  description?: string | null;
  is_completed?: boolean;
}
export interface Tried {
  /** events, newest first: 1,000, or fewer large ones */
  looked_at: number;
  /** how many of them would be sent */
  matching: number;
  /** the last 10 of those */
  items: TriedEvent[];
}
export interface TriedEvent {
  id: number;
  type: string;
  timestamp: string;
  /** what would be sent */
  body: string;
}
export interface TryWebhook {
  /** types, families (ticket.*) or *; those that overlap make one delivery */
  event_types: string[];
  /** conditions on the payload that must all hold; null: none */
  filter?: Condition[] | null;
  /** json, if left out */
  format?: Format;
  options?: Options;
}
export interface UserCreatedPayload {
  user_id: number;
  telegram_id?: number | null;
  username?: string | null;
  first_name?: string | null;
  last_name?: string | null;
  referral_code?: string | null;
  email?: string | null;
  auth_type?: string | null;
  referred_by_id?: number | null;
}
export interface Verdict {
  webhook_id: number;
  name: string;
  /** a delivery's status, or not_subscribed, filtered, created_later, changed_later, removed */
  verdict: string;
  reason: string | null;
  delivery_id: number | null;
  /** of a filter: what did not hold */
  condition: KeptCondition | null;
}
export interface Webhook {
  id: number;
  name: string;
  url: string;
  /** the first of event_types */
  event_type: string;
  /** types, families (ticket.*) or *; those that overlap make one delivery */
  event_types: string[];
  /** conditions on the payload that must all hold; null: none */
  filter: KeptCondition[] | null;
  is_active: boolean;
  description: string | null;
  created_at: string;
  updated_at: string;
  last_triggered_at: string | null;
  failure_count: number;
  success_count: number;
  disabled_reason: string | null;
  format: Format;
  /** of the format */
  options: Record<string, unknown>;
  /** a 302 or 303 counts as taken */
  accept_redirects: boolean;
  /** 0: no limit */
  max_per_minute: number;
  state: WebhookState;
  /** the first failure since the last success */
  failing_since: string | null;
  /** of the attempt that ended last */
  last_error: LastError | null;
  last_success_at: string | null;
  /** deliveries that failed or wait for another attempt */
  undelivered: number;
  /** extra request headers, masked */
  headers: Record<string, string>;
  /** are its deliveries signed */
  has_secret: boolean;
}
export interface WebhookBuckets {
  webhook_id: number;
  success: number[];
  failed: number[];
}
export interface WebhookChange {
  name?: string | null;
  url?: string | null;
  /** empty: stays as it is; null: removed */
  secret?: string | null;
  /** null: none */
  description?: string | null;
  is_active?: boolean | null;
  /** extra request headers; a value that is masked stays as it is */
  headers?: Record<string, string> | null;
  /** types, families (ticket.*) or *; those that overlap make one delivery */
  event_types?: string[] | null;
  /** as it is */
  event_type?: string | null;
  /** conditions on the payload that must all hold; null: none */
  filter?: Condition[] | null;
  format?: Format | null;
  options?: Options | null;
  accept_redirects?: boolean | null;
  /** 0: no limit */
  max_per_minute?: number | null;
}
export interface WebhookInput {
  name: string;
  /** may be left out with telegram and max */
  url?: string | null;
  /** types, families (ticket.*) or *; those that overlap make one delivery */
  event_types?: string[] | null;
  /** one type, in place of event_types */
  event_type?: string | null;
  /** conditions on the payload that must all hold; null: none */
  filter?: Condition[] | null;
  /** signs the deliveries; empty or null: none */
  secret?: string | null;
  /** make one, shown in this reply only; false, if left out */
  generate_secret?: boolean;
  description?: string | null;
  /** true, if left out */
  is_active?: boolean;
  /** extra request headers; a value that is masked stays as it is */
  headers?: Record<string, string>;
  /** json, if left out */
  format?: Format;
  options?: Options;
  /** a 302 or 303 counts as taken; false, if left out */
  accept_redirects?: boolean;
  /** 0, or 20 for chats */
  max_per_minute?: number | null;
}
export type WebhookState = "working" | "failing" | "off" | "disabled";
export interface WebhookStats {
  total_webhooks: number;
  active_webhooks: number;
  total_deliveries: number;
  successful_deliveries: number;
  failed_deliveries: number;
  pending_deliveries: number;
  skipped_deliveries: number;
  undelivered_deliveries: number;
  /** to be queued by replays that are under way */
  replaying_deliveries: number;
  /** percent of finished deliveries */
  success_rate: number;
}
export interface WebhooksSeries {
  window: Window;
  bucket_seconds: number;
  items: WebhookBuckets[];
}
export type Window = "24h" | "7d" | "30d";
export interface Yesterday {
  total_users: number | null;
  active_subscriptions: number | null;
  open_tickets: number | null;
  /** rubles */
  today_revenue: number | null;
}
// ****

// The names that the page's modules had before the document's.
export type DeliveryStatus = Status;
export type EventItem = Event;
export type WebhookCreateRequest = WebhookInput;
export type WebhookUpdateRequest = WebhookChange;

export interface Page<T> {
  items: T[];
  total: number;
  limit: number;
  offset: number;
  /** Of a search in events or deliveries: the id below which nothing was looked at yet. */
  searched_to?: number | null;
}

type Query = Record<string, string | number | boolean | undefined>;

export interface RequestOptions {
  params?: Query;
  body?: unknown;
  bytes?: BufferSource;
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
  errors: FieldError[];
}

export const webhooksApi: {
  list(params?: Query): Promise<Page<Webhook>>;
  get(id: number): Promise<Webhook>;
  create(body: WebhookCreateRequest): Promise<Webhook & CreatedWebhook>;
  update(id: number, body: WebhookUpdateRequest): Promise<ChangedWebhook>;
  try(body: TryWebhook): Promise<Tried>;
  checkUrl(url: string): Promise<CheckedUrl>;
  delete(id: number): Promise<void>;
  getStats(): Promise<WebhookStats>;
  getDeliveries(id: number, params?: Query): Promise<Page<Delivery>>;
  getDelivery(id: number, delivery: number): Promise<DeliveryWithAttempts>;
  retry(id: number, delivery: number): Promise<Delivery>;
  cancel(id: number, delivery: number): Promise<Delivery>;
  replay(id: number, body: Replay): Promise<Replayed>;
  test(id: number, event_type?: string): Promise<Delivery>;
  rotateSecret(id: number, overlap_hours?: number): Promise<RotatedSecret>;
  series(id: number, window?: string): Promise<AttemptsSeries>;
  allSeries(window?: string): Promise<WebhooksSeries>;
};

export const eventsApi: {
  list(params?: Query): Promise<Page<EventItem>>;
  get(id: number): Promise<EventWithDeliveries>;
  create(body: EventInput): Promise<AcceptedEvent>;
  sendTo(id: number, webhook_id: number): Promise<Delivery>;
  refused(): Promise<RefusedEvents>;
  types(lang?: string): Promise<EventType[]>;
};

export const statsApi: {
  get(): Promise<Stats>;
  put(body: StatsInput): Promise<Stats>;
  series(window?: string): Promise<EventsSeries>;
  deliveries(window?: string): Promise<AttemptsSeries>;
};

export const deliveriesApi: { list(params?: Query): Promise<Page<Delivery>> };

export const alertsApi: { test(): Promise<AlertsTest> };

export const tokensApi: {
  list(): Promise<Tokens>;
  create(body: TokenInput): Promise<CreatedToken>;
  delete(id: number): Promise<void>;
};

export const sinkApi: {
  get(): Promise<Sink>;
  setMode(mode: SinkAnswer): Promise<Sink>;
  clear(): Promise<void>;
};

export const doctorApi: {
  examine(headers?: Record<string, string>): Promise<Examined>;
  count(bytes: Uint8Array): Promise<Counted>;
};

export const settingsApi: { get(): Promise<Settings>; metrics(): Promise<string> };

export const authApi: {
  login(code: string): Promise<CreatedToken>;
  /** Try a token without using it: `onUnauthorized` does not hear of a refusal. */
  check(token: string): Promise<EventType[]>;
  /** A sign-in link for another device. */
  link(): Promise<LoginLink>;
  ticket(): Promise<Ticket>;
};
