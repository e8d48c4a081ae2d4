/** Short messages to the user: anyone may say one, `ui/Toasts.tsx` shows them. */

export interface Notice {
  id: number;
  title: string;
  detail?: string | undefined;
  tone: 'good' | 'bad';
  /** Something to do about it. It stays until that is done or it is dismissed. */
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

/** Makes room for one more: what asks for nothing goes first. */
function withRoom(shown: readonly Notice[]): readonly Notice[] {
  if (shown.length < MOST_AT_ONCE) return shown;
  const gone = shown.find(({ action }) => !action) ?? shown[0];
  return shown.filter((notice) => notice !== gone);
}

/** Shows a notice. The same words again replace the earlier ones. */
export function say(notice: Omit<Notice, 'id'>): void {
  lastId += 1;
  const others = notices.filter(
    ({ title, detail }) => title !== notice.title || detail !== notice.detail,
  );
  publish([...withRoom(others), { ...notice, id: lastId }]);
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
