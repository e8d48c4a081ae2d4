/** A word from the system when a download is done while nobody looks at the page. */
import i18next from 'i18next';
import { onBackendEvent } from '@/lib/backend.ts';
import { nameOf } from '@/lib/downloads/name.ts';
import { isOn } from '@/lib/switches.ts';
import { isUnfinished, type Download } from '@/lib/types.ts';

export function canNotify(): boolean {
  return 'Notification' in window;
}

/** Asks the user if nobody has yet. */
export async function mayNotify(): Promise<boolean> {
  return (await Notification.requestPermission()) === 'granted';
}

function announce(download: Download): void {
  const done = download.state === 'done';
  new Notification(nameOf(download), {
    body: done ? i18next.t('state.done') : (download.error?.sentence ?? i18next.t('state.failed')),
    icon: '/icon-192.png',
    tag: download.id,
  });
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
