/** A word from the system when a download is done while nobody looks at the page. */
import i18next from 'i18next';
import { onEnd } from '@/lib/downloads/ends.ts';
import { nameOf } from '@/lib/downloads/name.ts';
import { say } from '@/lib/notices.ts';
import { isOn } from '@/lib/switches.ts';
import type { Download } from '@/lib/types.ts';

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
  onEnd((download) => {
    if (document.hidden && isOn('notify') && Notification.permission === 'granted') announce(download);
  });
}
