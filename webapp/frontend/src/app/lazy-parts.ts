/** What the first look at the page does not need: fetched when it is asked for, or when nothing else is to do. */
import { onBackendEvent } from '@/api/event-stream.ts';
import { focusKeeper } from '@/components/KeepFocus.tsx';
import { lazyPart } from '@/components/LazyPart.tsx';
import { cookieSheet } from '@/entities/cookies/AddCookies.tsx';
import { downloadMenu } from '@/entities/download/LazyDownloadMenu.tsx';
import { previewCard } from '@/features/downloads/LazyPreview.tsx';
import { moreOptions } from '@/features/downloads/MoreOptions.tsx';
import { confirm } from '@/features/downloads/SectionActions.tsx';
import { queuePopover } from '@/features/downloads/QueueLine.tsx';

export const library = lazyPart(() => import('@/features/library/Library.tsx'));
export const subscriptions = lazyPart(() => import('@/features/subscriptions/Subscriptions.tsx'));
export const player = lazyPart(() => import('@/entities/download/Player.tsx'));
export const toasts = lazyPart(() => import('@/components/Toasts.tsx'));
export const settingsSheet = lazyPart(() => import('./SettingsSheet.tsx'));
export const shortcutsSheet = lazyPart(() => import('./ShortcutsSheet.tsx'));
export const servicesSheet = lazyPart(() => import('@/features/services/ServicesSheet.tsx'));

/** The most likely to be wanted while the server is away come first. */
const AHEAD = [toasts, servicesSheet, previewCard, downloadMenu, confirm, moreOptions, library, subscriptions, settingsSheet, shortcutsSheet, queuePopover, player, focusKeeper, cookieSheet];

async function fetchAhead(): Promise<void> {
  for (const { load } of AHEAD) await load();
}

/** Once the page shows how things stand, so that a part is there also when the server is not. */
export function fetchWhenIdle(): void {
  const stop = onBackendEvent(({ type }) => {
    if (type !== 'snapshot') return;
    stop();
    const begin = (): void => {
      fetchAhead().catch(() => undefined); // it is fetched when it is wanted
    };
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in window) requestIdleCallback(begin, { timeout: 5000 });
    else setTimeout(begin, 1000);
  });
}
