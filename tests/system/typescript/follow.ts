// Follows a server with the guide's client: argv is its URL and a token; one line a message.
import WebSocketManager from "./reference";

declare const process: { argv: string[]; exit(code: number): never };
declare const require: (name: string) => unknown;
declare const globalThis: { WebSocket: unknown };

globalThis.WebSocket ??= require("ws"); // Node has had its own since 22

const [url, token] = process.argv.slice(2);
const manager = new WebSocketManager(token);
const tell = (what: string) => (data: unknown) => console.log("heard", what, JSON.stringify(data));
for (const type of ["connection", "disconnected", "user.created", "payment.completed"]) {
  manager.on(type, tell(type));
}
const forget = tell("ticket.created");
manager.on("ticket.created", forget);
manager.off("ticket.created", forget);
manager.on("transaction.created", () => {
  manager.disconnect();
  process.exit(0); // its keepalive timer would live on
});
manager.connect(url);
