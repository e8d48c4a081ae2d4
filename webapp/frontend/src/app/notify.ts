/** A word from the system when a download is done while nobody looks at the page. */
import { localFailure } from '@/i18n/failures.ts';
import { translate } from '@/i18n/translate.ts';
import { onFinished } from '@/entities/download/on-finished.ts';
import { displayName } from '@/entities/download/display-name.ts';
import { showToast } from '@/stores/toasts.ts';
import { getPreference } from '@/stores/preferences.ts';
import { BASE } from '@/utils/base.ts';
import type { Download } from '@/api/types.ts';

export function canNotify(): boolean {
  return 'Notification' in window;
}

/** Asks the user if nobody has yet. */
export async function mayNotify(): Promise<boolean> {
  return (await Notification.requestPermission()) === 'granted';
}

export function announce(download: Download): void {
  const done = download.state === 'done';
  const name = displayName(download);
  const body = done ? translate('state.done') : (download.error ? localFailure(download.error).sentence : translate('state.failed'));
  try {
    new Notification(name, { body, icon: `${BASE}/icon-192.png`, tag: download.id });
  } catch {
    // Android has the name, but lets only a service worker use it: it is said on the page.
    showToast({ tone: done ? 'good' : 'bad', title: name, detail: body });
  }
}

export function notifyWhenDone(): void {
  onFinished((download) => {
    if (document.hidden && getPreference('notify') && Notification.permission === 'granted') announce(download);
  });
}
