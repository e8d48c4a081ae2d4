/** What can be taken back, of whatever kind: Ctrl Z takes back the latest. */

/** For how long, milliseconds. */
export const UNDO_TIME = 10_000;

const steps = new Map<string, () => void>();

/** Offers to take something back. Another offer with the same key takes its place, and is the latest. */
export function offerUndo(key: string, undo: () => void): void {
  withdrawUndo(key);
  steps.set(key, undo);
}

/** It has been taken back, or its time is over. */
export function withdrawUndo(key: string): void {
  steps.delete(key);
}

/** Returns whether there was anything to take back. */
export function undoLatest(): boolean {
  const latest = [...steps].at(-1);
  if (!latest) return false;
  const [key, undo] = latest;
  withdrawUndo(key);
  undo();
  return true;
}
