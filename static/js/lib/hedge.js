// What a tunnel that froze leaves behind: connections of the browser's pool that take a request and
// never answer. Who gets one of them asks again beside it, over the next: the first answer counts.

const MOST = 6; // connections that a browser keeps to one host
const EVERY = 1_000; // ms without an answer

export function hedged(call) {
  let isOver = false;
  const tries = Array.from({ length: MOST }, async (_, number) => {
    await new Promise((resolve) => {
      setTimeout(resolve, number * EVERY);
    });
    return isOver ? undefined : call();
  });
  return Promise.race(tries).finally(() => {
    isOver = true;
  });
}
