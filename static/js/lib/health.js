// How deliveries fare, from what the server says of each webhook (contract §4).

const WORST_FIRST = ['disabled', 'failing'];

// `undelivered`: how many deliveries; `ill`: the webhooks that need somebody, worst first.
export function healthOf(webhooks) {
  const undelivered = webhooks.reduce((sum, one) => sum + one.undelivered, 0);
  const rank = ({ state }) => WORST_FIRST.indexOf(state);
  const ill = webhooks.filter((one) => rank(one) >= 0);
  return { undelivered, ill: ill.sort((one, other) => rank(one) - rank(other) || other.undelivered - one.undelivered) };
}
