/** What can be taken back, of whatever kind: for ten seconds, by its notice and by Ctrl Z. */
import { whenLeft } from './attention.ts';
import { dismissToast, showToast } from './toasts.ts';

/** For how long, milliseconds. */
export const UNDO_TIME = 10_000;

export interface Offer {
  /** Another offer with the same key takes its place, and is the latest. */
  key: string;
  title: string;
  detail: string | undefined;
  /** What its button is called. */
  label: string;
  takeBack: () => void;
  /** Called when the time is over or the notice is closed: it is meant. */
  commit: () => void;
}

interface Step {
  takeBack: () => void;
  /** Calls off what happens when the time is over. */
  stop: () => void;
}

const steps = new Map<string, Step>();

function forget(key: string): void {
  steps.get(key)?.stop();
  steps.delete(key);
}

/** Returns how to withdraw the offer, once one of its two functions has been called or nobody needs it. */
export function offerUndo({ key, title, detail, label, takeBack, commit }: Offer): () => void {
  forget(key);
  const toast = showToast({ key, tone: 'good', title, detail, action: { label, run: takeBack }, onDismiss: commit });
  steps.set(key, { takeBack, stop: whenLeft(UNDO_TIME, {}, commit) });
  return () => {
    forget(key);
    dismissToast(toast);
  };
}

/** Takes back the latest; returns whether there was anything. */
export function undoLatest(): boolean {
  const latest = [...steps.values()].at(-1);
  latest?.takeBack();
  return latest !== undefined;
}
