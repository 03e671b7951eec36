import type { ApiError } from '../api.js';

export interface Persistence {
  isWanted?: () => boolean;
  onTrouble?: (error: ApiError | null) => void;
}

export function pause(ms: number): Promise<void>;
/** Undefined when it was not wanted any more. */
export function persist<T>(action: () => T | Promise<T>, how?: Persistence): Promise<T | undefined>;
