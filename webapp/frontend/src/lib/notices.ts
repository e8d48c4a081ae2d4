/** Short messages to the user: anyone may say one, `ui/Toasts.tsx` shows them. */

export interface Notice {
  id: number;
  title: string;
  detail?: string | undefined;
  tone: 'good' | 'bad';
  /** Something to do about it. */
  action?: { label: string; run: () => void };
}

const MOST_AT_ONCE = 3;

let notices: readonly Notice[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

/** Shows a notice. The same words again replace the earlier ones. */
export function say(notice: Omit<Notice, 'id'>): void {
  lastId += 1;
  const others = notices.filter(
    ({ title, detail }) => title !== notice.title || detail !== notice.detail,
  );
  publish([...others.slice(1 - MOST_AT_ONCE), { ...notice, id: lastId }]);
}

export function dismiss(id: number): void {
  publish(notices.filter((notice) => notice.id !== id));
}

export function subscribeToNotices(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether there has ever been a notice: until then nothing needs to be able to show one. */
export function hadNotices(): boolean {
  return lastId > 0;
}

export function currentNotices(): readonly Notice[] {
  return notices;
}
