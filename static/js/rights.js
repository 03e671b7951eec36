// What the token may do: who only reads is not offered what the server would refuse.
import { tokensApi } from './api.js';
import { computed, signal } from './ui.js';

export const tokens = signal(undefined); // an admin's alone (contract §1): null for others, as the server said
export const isAdmin = computed(() => Boolean(tokens.value));

// The tokens that there are; null for who may not know.
export async function listTokens() {
  try {
    return (await tokensApi.list()).items;
  } catch (error) {
    if (error.status === 403 && error.isOurs) return null;
    throw error;
  }
}
