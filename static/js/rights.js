// What the token may do: who only reads is not offered what the server would refuse.
import { tokensApi } from './api.js';
import { signal } from './ui.js';

export const isAdmin = signal(false); // until the server has said so

// The list of tokens is an admin's alone (contract §1).
export async function mayAdminister() {
  try {
    await tokensApi.list();
    return true;
  } catch (error) {
    if (error.status === 403 && error.isOurs) return false;
    throw error;
  }
}
