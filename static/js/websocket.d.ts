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
  /** A token, or a function that promises a one-time ticket (POST /ws/ticket). */
  constructor(credentials: string | (() => Promise<string>), options?: { shared?: boolean | (() => string) });
  connect(url: string): void;
  disconnect(): void;
  subscribe(wanted: Subscription): void;
  on(event: OwnEvent, callback: (payload: any) => void): void;
  on(event: string, callback: Callback): void;
  off(event: string, callback: Callback): void;
  isConnected(): boolean;
  getConnectionStatus(): ConnectionStatus;
}
