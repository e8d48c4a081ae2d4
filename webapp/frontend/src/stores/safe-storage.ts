/**
 * Small things remembered between visits. A browser that refuses storage just forgets them: even to
 * name the store throws there, so it is named within the attempt.
 */
export type Store = 'local' | 'session';

function open(store: Store): Storage {
  return store === 'local' ? localStorage : sessionStorage;
}

export function readText(store: Store, key: string): string | null {
  try {
    return open(store).getItem(key);
  } catch {
    return null;
  }
}

/** null forgets. */
export function writeText(store: Store, key: string, text: string | null): void {
  try {
    if (text === null) open(store).removeItem(key);
    else open(store).setItem(key, text);
  } catch {
    // Full or forbidden: not worth a word to the user.
  }
}

export function readJson<T>(store: Store, key: string, isValid: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(readText(store, key) ?? 'null');
    return isValid(value) ? value : null;
  } catch {
    return null;
  }
}

export function writeJson(store: Store, key: string, value: unknown): void {
  writeText(store, key, JSON.stringify(value));
}
