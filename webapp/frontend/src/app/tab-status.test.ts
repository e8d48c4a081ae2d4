// @vitest-environment jsdom
import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LIVE_KEY } from '@/entities/download/live-query.ts';
import { totalsOf, type Totals } from '@/entities/download/totals.ts';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { followTabStatus, iconOf, prefixOf, tabPrefix } from './tab-status.ts';

const NOTHING = totalsOf([]);
const drawn = (totals: Partial<Totals>): string => decodeURIComponent(iconOf({ ...NOTHING, ...totals }));
/** How much of the ring is drawn, in units of the icon. */
const arcOf = (totals: Partial<Totals>): number => Number(/stroke-dasharray="([\d.]+)/.exec(drawn(totals))?.[1]);

test.each<[string, Partial<Totals>]>([
  ['', {}],
  ['', { paused: 2 }],
  ['42 % · 2 running · 3:10 left', { running: 2, fraction: 0.429, left: 190 }],
  ['42 % · 2 running · 59:59 left', { running: 2, queued: 7, failed: 1, fraction: 0.42, left: 3599 }],
  ['42 % · 2 running', { running: 2, fraction: 0.42, left: 3600 }],
  ['1 running', { running: 1 }],
  ['3 queued', { queued: 3 }],
  ['3 queued · 1 failed', { queued: 3, failed: 1 }],
  ['1 failed', { failed: 1 }],
])('the tab says “%s” of %j', (prefix, totals) => {
  expect(prefixOf({ ...NOTHING, ...totals })).toBe(prefix);
});

describe('the icon', () => {
  test('is the app’s own while nothing runs and nothing has failed', () => {
    expect(drawn({ queued: 3, paused: 1 })).toBe('/icon.svg');
  });

  test('has a ring that fills, of which something is seen from the beginning', () => {
    const arcs = [0, 0.25, 0.5, 1].map((fraction) => arcOf({ running: 1, fraction }));
    expect(arcs).toEqual([...arcs].sort((a, b) => a - b));
    expect(new Set(arcs).size).toBe(4);
    expect(arcs[0]).toBeGreaterThan(3);
    expect(arcs[3]).toBeCloseTo(2 * Math.PI * 13, 1);
  });

  test('has a mark for what has failed, beside the ring or alone', () => {
    const mark = /<circle cx="26" cy="6" r="6"/;
    expect(drawn({ running: 1, fraction: 0.5 })).not.toMatch(mark);
    expect(drawn({ running: 1, fraction: 0.5, failed: 1 })).toMatch(mark);
    expect(drawn({ failed: 1 })).toMatch(mark);
    expect(arcOf({ failed: 1 })).toBe(0);
  });
});

describe('title and icon', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    document.head.innerHTML = '<link rel="icon" href="/icon.svg">';
  });
  afterEach(() => {
    vi.useRealTimers();
    document.head.innerHTML = '';
  });
  const icon = () => document.querySelector('link[rel=icon]')?.getAttribute('href');

  test('follow the list, once a second', () => {
    const client = new QueryClient();
    followTabStatus(client);
    client.setQueryData(LIVE_KEY, [makeRunning(0.5)]);
    vi.advanceTimersByTime(999);
    expect([tabPrefix.get(), icon()]).toEqual(['', '/icon.svg']);
    vi.advanceTimersByTime(1);
    expect(tabPrefix.get()).toBe('50 % · 1 running · 0:02 left');
    expect(icon()).toMatch(/^data:image\/svg\+xml,/);

    client.setQueryData(LIVE_KEY, [makeDone(), makeDownload({ state: 'failed' })]);
    vi.advanceTimersByTime(1000);
    expect(tabPrefix.get()).toBe('1 failed');
    client.setQueryData(LIVE_KEY, [makeDone()]);
    vi.advanceTimersByTime(1000);
    expect([tabPrefix.get(), icon()]).toEqual(['', '/icon.svg']);
  });

  test('are left alone by whatever else is fetched', () => {
    const client = new QueryClient();
    followTabStatus(client);
    const asked = vi.spyOn(client, 'getQueryData');
    client.setQueryData(['folder'], { path: '/media' });
    vi.advanceTimersByTime(1000);
    expect(asked).not.toHaveBeenCalledWith(LIVE_KEY);
    client.setQueryData(LIVE_KEY, []);
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveBeenCalledWith(LIVE_KEY);
  });
});
