// How long to wait before trying again: full jitter from 0.5 s, doubling up to 20 s (contract §3).

const FIRST = 500; // ms
const LONGEST = 20_000; // ms

export function delay(attempt, chance = Math.random()) {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** (attempt + 1));
  return FIRST + chance * (ceiling - FIRST);
}
