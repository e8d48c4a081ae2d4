import { onlineManager, type QueryClient } from '@tanstack/react-query';
import { act, screen } from '@testing-library/react';
import { useEffect } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeQueryClient } from '@/app/query-client.ts';
import { attention } from '@/stores/attention.ts';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { renderApp } from '@/testing/render.tsx';
import { startServer, type TestServer } from '@/testing/server.ts';
import { LIVE_KEY, useLiveDownloads, type Downloads } from './live-query.ts';
import type { Change } from './mutations.ts';
import { UNDO_TIME, undoLatest } from '@/stores/undo.ts';
import { flushHolds } from './undo.ts';
import { useChange } from './use-change.ts';

let server: TestServer;
let client: QueryClient;
const hands: { change: (change: Change) => void } = { change: () => undefined };

function Page() {
  const change = useChange();
  useEffect(() => {
    Object.assign(hands, { change });
  });
  const items = useLiveDownloads() ?? [];
  return <output>{items.map(({ title, state }) => `${title ?? ''} ${state}`).join(', ')}</output>;
}

function start(items: Downloads): void {
  client = makeQueryClient();
  client.setQueryData(LIVE_KEY, items);
  renderApp(<Page />, client);
}

function list(): string | null {
  return screen.getByRole('status').textContent;
}

function asked(): string[] {
  return server.asked.map(({ method, path }) => `${method} ${path.replace('/api/downloads/', '')}`);
}

async function after(milliseconds: number): Promise<void> {
  await act(() => vi.advanceTimersByTimeAsync(milliseconds));
}

const one = makeRunning(0.5, { id: 'one', title: 'One' });
const two = makeDownload({ id: 'two', title: 'Two' });
const old = makeDone({ id: 'old', title: 'Old' });

beforeEach(() => {
  vi.useFakeTimers();
  server = startServer(() => ({ status: 200, body: one }));
});
afterEach(async () => {
  for (const { id } of toasts.get()) dismissToast(id);
  await vi.advanceTimersByTimeAsync(UNDO_TIME);
  onlineManager.setOnline(true);
  vi.useRealTimers();
});

describe('what is cancelled', () => {
  test('is only paused for ten seconds, and cancelled then', async () => {
    start([one, two]);
    act(() => {
      hands.change({ ids: ['one'], action: 'cancel' });
    });
    await after(UNDO_TIME - 1);
    expect(list()).toBe('One cancelled, Two queued');
    expect(asked()).toEqual(['POST one/pause']);
    await after(2);
    expect(asked()).toEqual(['POST one/pause', 'POST one/cancel']);
    expect(toasts.get()).toEqual([]);
  });

  test('goes on when it is undone', async () => {
    start([one, two]);
    act(() => {
      hands.change({ ids: ['one'], action: 'cancel' });
    });
    await after(1000);
    act(() => toasts.get()[0]?.action?.run());
    await after(UNDO_TIME * 2);
    expect(asked()).toEqual(['POST one/pause', 'POST one/resume']);
    expect(list()).toBe('One queued, Two queued');
  });

  test('goes on when it is retried, and the rest stays cancelled', async () => {
    start([one, two]);
    act(() => {
      hands.change({ ids: ['one', 'two'], action: 'cancel' });
      hands.change({ ids: ['one'], action: 'retry' });
    });
    await after(UNDO_TIME + 1);
    expect(asked()).toEqual(['POST one/pause', 'POST one/resume', 'POST two/cancel']);
  });

  test('is left as it is when it ended in the meantime', async () => {
    start([one]);
    act(() => {
      hands.change({ ids: ['one'], action: 'cancel' });
    });
    await after(1000);
    client.setQueryData(LIVE_KEY, [makeDone({ id: 'one', title: 'One' })]);
    await after(UNDO_TIME);
    expect(asked()).toEqual(['POST one/pause']);
    expect(list()).toBe('One done');
  });
});

describe('what is removed', () => {
  test('is hidden, and deleted after ten seconds; what comes meanwhile is undone with it', async () => {
    start([one, two, old]);
    act(() => {
      hands.change({ ids: ['old'], action: 'delete', file: true });
    });
    await after(UNDO_TIME - 1000);
    act(() => {
      hands.change({ ids: ['two'], action: 'delete', file: true });
    });
    expect(list()).toBe('One running');
    expect(toasts.get()).toMatchObject([{ title: '2 files deleted' }]);
    await after(UNDO_TIME - 1000);
    expect(asked()).toEqual([]);
    act(() => {
      undoLatest();
    });
    await after(UNDO_TIME * 2);
    expect(list()).toBe('One running, Two queued, Old done');
    expect(asked()).toEqual([]);
  });

  test('is what an undo takes back that comes after it, whatever was cancelled before', async () => {
    start([one, two, old]);
    act(() => {
      hands.change({ ids: ['one'], action: 'cancel' });
      hands.change({ ids: ['old'], action: 'delete', file: true });
      hands.change({ ids: ['two'], action: 'cancel' });
    });
    act(() => {
      undoLatest();
    });
    expect(list()).toBe('One queued, Two queued');
    act(() => {
      undoLatest();
    });
    expect(list()).toBe('One queued, Two queued, Old done');
    expect(undoLatest()).toBe(false);
    await after(UNDO_TIME * 2);
    expect(asked()).toEqual(['POST one/pause', 'POST one/resume']);
  });

  test('waits for whoever is at its notice', async () => {
    start([old]);
    act(() => {
      hands.change({ ids: ['old'], action: 'delete', file: true });
    });
    attention.set(true);
    await after(UNDO_TIME * 2);
    expect(asked()).toEqual([]);
    attention.set(false);
    await after(UNDO_TIME - 1);
    expect(asked()).toEqual([]);
    await after(2);
    expect(asked()).toEqual(['DELETE old?file=true']);
  });

  test('is deleted at once when its toast is closed', async () => {
    start([old]);
    act(() => {
      hands.change({ ids: ['old'], action: 'delete', file: true });
      for (const { id } of toasts.get()) dismissToast(id);
    });
    await after(1);
    expect(asked()).toEqual(['DELETE old?file=true']);
  });

  test('is deleted when the page is closed, by a request that outlives it', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    start([old]);
    act(() => {
      hands.change({ ids: ['old'], action: 'delete', file: false });
      flushHolds(client);
    });
    await after(1);
    expect(fetched.mock.calls.map(([, init]) => init?.keepalive)).toEqual([true]);
  });

  test('waits for the backend with the rest when the page is closed while it is away', async () => {
    onlineManager.setOnline(false);
    start([old]);
    act(() => {
      hands.change({ ids: ['old'], action: 'delete', file: false });
      flushHolds(client);
    });
    await after(1);
    expect(asked()).toEqual([]);
    expect(sessionStorage.getItem('outbox')).toContain('"old"');
  });
});
