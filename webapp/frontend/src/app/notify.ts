/** A word from the system when a download is done while nobody looks at the page. */
import i18next from 'i18next';
import { onBackendEvent } from '@/lib/backend.ts';
import { nameOf } from '@/lib/downloads/name.ts';
import { say } from '@/lib/notices.ts';
import { isOn } from '@/lib/switches.ts';
import { isUnfinished, type Download } from '@/lib/types.ts';

export function canNotify(): boolean {
  return 'Notification' in window;
}

/** Asks the user if nobody has yet. */
export async function mayNotify(): Promise<boolean> {
  return (await Notification.requestPermission()) === 'granted';
}

export function announce(download: Download): void {
  const done = download.state === 'done';
  const name = nameOf(download);
  const body = done ? i18next.t('state.done') : (download.error?.sentence ?? i18next.t('state.failed'));
  try {
    new Notification(name, { body, icon: '/icon-192.png', tag: download.id });
  } catch {
    // Android has the name, but lets only a service worker use it: it is said on the page.
    say({ tone: done ? 'good' : 'bad', title: name, detail: body });
  }
}

export function notifyWhenDone(): void {
  const underWay = new Set<string>();
  const follow = (download: Download): void => {
    if (isUnfinished(download)) {
      underWay.add(download.id);
    } else if (underWay.delete(download.id) && document.hidden && isOn('notify')) {
      if (download.state !== 'cancelled' && Notification.permission === 'granted') announce(download);
    }
  };
  onBackendEvent((event) => {
    if (event.type === 'snapshot') event.items.forEach(follow);
    else if (event.type === 'download') follow(event.item);
    else underWay.delete(event.id);
  });
}
