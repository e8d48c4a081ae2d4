/** What the tab tells of the downloads while another one is open: in its title and its icon. */
import { hashKey, type QueryClient } from '@tanstack/react-query';
import { formatDuration } from '@/i18n/format.ts';
import { translate } from '@/i18n/translate.ts';
import { LIVE_KEY, type Downloads } from '@/entities/download/live-query.ts';
import { totalsOf, type Totals } from '@/entities/download/totals.ts';
import { BASE } from '@/utils/base.ts';
import { createStore, type ReadableStore } from '@/utils/store.ts';

const tabStatus = createStore('');

/** In front of the page's own title; empty while there is nothing to tell. */
export const tabPrefix: ReadableStore<string> = tabStatus;

/** Seconds: what lasts longer is told by the page, a tab has little room. */
const SOON = 3600;

/** "42 % · 2 running · 3:10 left", and while nothing runs "3 queued · 1 failed". */
export function prefixOf({ running, queued, failed, fraction, left }: Totals): string {
  const told = (name: 'running' | 'queued' | 'failed', count: number): string[] =>
    count === 0 ? [] : [translate(`totals.${name}`, { count })];
  if (running === 0) return [...told('queued', queued), ...told('failed', failed)].join(' · ');
  const percent = fraction === null ? [] : [`${Math.floor(fraction * 100).toString()} %`];
  const time = left === null || left >= SOON ? [] : [translate('progress.left', { time: formatDuration(left) })];
  return [...percent, ...told('running', running), ...time].join(' · ');
}

/** The app's icon with a ring that fills, or with a mark for what has failed. */
export function iconOf({ running, failed, fraction }: Totals): string {
  if (running === 0 && failed === 0) return `${BASE}/icon.svg`;
  const length = 2 * Math.PI * 13;
  const arc = running === 0 ? 0 : Math.max(0.04, Math.round((fraction ?? 0) * 50) / 50) * length;
  const ring = `<circle cx="16" cy="16" r="13" fill="none" stroke="#fff" stroke-width="4" stroke-dasharray="${arc.toFixed(1)} 99" transform="rotate(-90 16 16)"/>`;
  const arrow = '<path d="M16 10v10m0 0-4-4m4 4 4-4" fill="none" stroke="#fff" stroke-width="2.6"/>';
  const mark = failed > 0 ? '<circle cx="26" cy="6" r="6" fill="#d33"/>' : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#00705f"/>${ring}${arrow}${mark}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function showIcon(href: string): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (link && link.getAttribute('href') !== href) link.setAttribute('href', href);
}

/** Follows the list of downloads; a second between two changes is enough. */
export function followTabStatus(client: QueryClient): void {
  const hash = hashKey(LIVE_KEY);
  let timer: ReturnType<typeof setTimeout> | null = null;
  const show = (): void => {
    timer = null;
    const totals = totalsOf(client.getQueryData<Downloads>(LIVE_KEY) ?? []);
    tabStatus.set(prefixOf(totals));
    showIcon(iconOf(totals));
  };
  client.getQueryCache().subscribe(({ query }) => {
    if (query.queryHash === hash) timer ??= setTimeout(show, 1000);
  });
}
