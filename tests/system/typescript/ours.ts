// What another admin writes against our modules: `tsc --strict` must accept this, and no more.
import WebSocketManager, { type ConnectionStatus } from "../../../static/js/websocket.js";
import {
  ApiError,
  apiClient,
  authApi,
  eventsApi,
  webhooksApi,
  type Delivery,
  type Webhook,
} from "../../../static/js/api.js";

export async function use(token: string): Promise<ConnectionStatus> {
  apiClient.token = token;
  const manager = new WebSocketManager(async () => (await authApi.ticket()).ticket, { shared: () => 'me' });
  const heard = (payload: { user_id: number }) => payload.user_id;
  manager.on("user.created", heard);
  manager.subscribe({ events: ["ticket.*"], topics: ["deliveries"] });
  manager.connect("ws://127.0.0.1:8080/ws");
  manager.off("user.created", heard);
  const made: Webhook = await webhooksApi.create({ name: "CRM", url: "https://x", event_type: "*" });
  await webhooksApi.update(made.id, { is_active: false });
  const [last]: Delivery[] = (await webhooksApi.getDeliveries(made.id, { status: "failed" })).items;
  try {
    await webhooksApi.retry(made.id, last.id);
    await eventsApi.create({ type: "user.created", payload: { user_id: 1 } });
    await webhooksApi.delete((await webhooksApi.list({ limit: 1 })).items[0].id);
  } catch (error) {
    if (error instanceof ApiError) console.log(error.status, error.isOurs, error.isTransient, error.errors[0]?.msg);
  }
  // @ts-expect-error: a webhook has a name
  await webhooksApi.create({ url: "https://x", event_type: "*" });
  // @ts-expect-error: there is no such topic
  manager.subscribe({ topics: ["everything"] });
  manager.disconnect();
  return manager.isConnected() ? "connected" : manager.getConnectionStatus();
}
