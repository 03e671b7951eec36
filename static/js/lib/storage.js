// What the browser keeps for the page. Storage may be denied (blocked cookies, a sandboxed frame), be
// full, or hold what somebody else wrote: then a value lasts as long as the page does.

class Kept {
  #name;
  #memory = new Map(); // what could not be stored: newer than what is

  constructor(name) {
    this.#name = name;
  }

  get(key) {
    if (this.#memory.has(key)) return this.#memory.get(key);
    try {
      return globalThis[this.#name].getItem(key);
    } catch {
      return null;
    }
  }

  // Whether it will still be there after a reload.
  set(key, value) {
    try {
      globalThis[this.#name].setItem(key, value);
      this.#memory.delete(key);
      return true;
    } catch {
      this.#memory.set(key, value);
      return false;
    }
  }

  remove(key) {
    this.#memory.delete(key);
    try {
      globalThis[this.#name].removeItem(key);
    } catch {
      // nothing is kept where nothing may be
    }
  }

  // The object under a key; garbage and anything else count as an empty one.
  object(key) {
    try {
      const value = JSON.parse(this.get(key));
      return value instanceof Object && !Array.isArray(value) ? value : {};
    } catch {
      return {};
    }
  }
}

export const device = new Kept('localStorage'); // in every tab, until it is removed
export const tab = new Kept('sessionStorage'); // in this tab, until it closes
