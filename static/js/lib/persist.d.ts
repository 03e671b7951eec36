import type { ApiError } from '../api.js';

export interface Persistence {
  isWanted?: () => boolean;
  onTrouble?: (error: ApiError | null) => void;
}

/** How long to wait before another try, in ms. */
export function delay(attempt: number): number;
/** Returns how to stop. */
export function onWake(callback: () => void): () => void;
export function pause(ms: number): Promise<void>;
/** Undefined when it was not wanted any more. */
export function persist<T>(action: () => T | Promise<T>, how?: Persistence): Promise<T | undefined>;
