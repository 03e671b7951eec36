export type ConnectionStatus = 'connected' | 'disconnected' | 'connecting';
/** What the manager itself tells: no message came. */
export type OwnEvent = ConnectionStatus | 'connection' | 'error';
export type Callback = (payload: any, message: LiveMessage) => void;

export interface LiveMessage {
  type: string;
  payload: any;
  timestamp: string;
  id?: number;
}

export interface Subscription {
  events?: string[];
  topics?: ('deliveries' | 'webhooks')[];
}

export default class WebSocketManager {
  /**
   * `credentials`: a token, or a function that promises a one-time ticket (POST /ws/ticket), so that no lasting token
   * is in a URL. `shared`: one socket for all tabs of the browser; a function that names who is signed in keeps the
   * tabs of different users apart.
   */
  constructor(credentials: string | (() => Promise<string>), options?: { shared?: boolean | (() => string) });
  connect(url: string): void;
  disconnect(): void;
  /** What to get: {events: ['ticket.*'], topics: ['deliveries']}; in force on this and every later connection. */
  subscribe(wanted: Subscription): void;
  on(event: OwnEvent, callback: (payload: any) => void): void;
  /** '*' hears every event and news. */
  on(event: string, callback: Callback): void;
  off(event: string, callback: Callback): void;
  isConnected(): boolean;
  getConnectionStatus(): ConnectionStatus;
}
