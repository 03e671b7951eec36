// What the browser keeps for the page. Where storage is denied (blocked cookies, a sandboxed frame) or full, a
// value lasts as long as the page does.

class Kept {
  #area;
  #memory = new Map(); // what could not be stored

  constructor(area) {
    this.#area = area;
  }

  // Undefined where it is denied.
  #ask(action) {
    try {
      return action(globalThis[this.#area]) ?? null;
    } catch {
      return undefined;
    }
  }

  get(key) {
    return this.#memory.get(key) ?? this.#ask((area) => area.getItem(key)) ?? null;
  }

  // Whether it will still be there after a reload.
  set(key, value) {
    this.#memory.delete(key);
    const isKept = this.#ask((area) => area.setItem(key, value)) === null;
    if (!isKept) this.#memory.set(key, value);
    return isKept;
  }

  remove(key) {
    this.#memory.delete(key);
    this.#ask((area) => area.removeItem(key));
  }

  // Garbage counts as an empty one.
  object(key) {
    return { ...this.#ask(() => JSON.parse(this.get(key))) };
  }
}

export const device = new Kept('localStorage'); // in every tab, until it is removed
export const tab = new Kept('sessionStorage'); // in this tab, until it closes
