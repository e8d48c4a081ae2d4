import { onlineManager, type QueryClient } from '@tanstack/react-query';
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useEffect } from 'react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { makeQueryClient } from '@/app/query-client.ts';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { renderApp } from '@/testing/render.tsx';
import { AWAY, startServer, type TestServer } from '@/testing/server.ts';
import { useCreate, type Change } from './mutations.ts';
import { undoLatest } from '@/stores/undo.ts';
import { useChange } from './use-change.ts';
import { LIVE_KEY, type Downloads } from './live-query.ts';
import { keepOutbox, useDiscard, usePendingRequests, useWaitingCount } from './outbox.ts';

const URL_A = 'https://example.org/a';
const WISH = { urls: [URL_A], format: 'mp4', resolution: 'best' } as const;

const REFUSED = { status: 409, body: { detail: 'It is already done.', fix: 'Look again.' } };

let server: TestServer;
const hands: { create: ReturnType<typeof useCreate>; change: (change: Change) => void } = {
  create: () => undefined,
  change: () => undefined,
};

function Page() {
  const create = useCreate();
  const change = useChange();
  const discard = useDiscard();
  useEffect(() => {
    Object.assign(hands, { create, change });
  });
  const wishes = usePendingRequests();
  return (
    <>
      <output>{useWaitingCount()}</output>
      {wishes.map(({ key, wish, waits }) => (
        <button key={key} type="button" disabled={!waits} onClick={() => { discard(key); }}>
          {wish.urls[0]}
        </button>
      ))}
    </>
  );
}

/** What was held to be undone is meant. */
function closeToasts(): void {
  for (const { id } of toasts.get()) dismissToast(id);
}

function start(items: Downloads = []): { client: QueryClient; states: () => string[] } {
  const client = makeQueryClient();
  client.setQueryData(LIVE_KEY, items);
  renderApp(<Page />, client);
  const states = (): string[] => (client.getQueryData<Downloads>(LIVE_KEY) ?? []).map(({ state }) => state);
  return { client, states };
}

beforeEach(() => {
  server = startServer(() => ({ status: 200, body: makeDownload() }));
});
afterEach(() => {
  onlineManager.setOnline(true);
  closeToasts();
});

describe('an action', () => {
  test('shows its effect at once', async () => {
    const item = makeRunning(0.5);
    const { states } = start([item]);
    act(() => {
      hands.change({ ids: [item.id], action: 'pause' });
    });
    await waitFor(() => {
      expect(states()).toEqual(['paused']);
    });
    await waitFor(() => {
      expect(server.asked).toEqual([{ method: 'POST', path: `/api/downloads/${item.id}/pause`, body: null }]);
    });
  });

  test('is taken back, with the reason, when it is refused', async () => {
    const first = makeRunning(0.5, { created: '2026-02-01T00:00:00.000Z' });
    const second = makeDownload();
    server.answer = ({ method }) => (method === 'GET' ? { status: 200, body: first } : REFUSED);
    const { client } = start([first, second]);
    act(() => {
      hands.change({ ids: [first.id], action: 'delete', file: false });
      closeToasts();
    });
    await waitFor(() => {
      expect(toasts.get()).toMatchObject([{ tone: 'bad', detail: 'It is already done. Look again.' }]);
    });
    await waitFor(() => {
      expect(client.getQueryData(LIVE_KEY)).toEqual([first, second]);
    });
  });

  test('that came too late shows how the download stands now, not how it stood', async () => {
    const item = makeRunning(0.5);
    const done = makeDone({ id: item.id });
    server.answer = ({ method }) => (method === 'GET' ? { status: 200, body: done } : REFUSED);
    const { client } = start([item]);
    act(() => {
      hands.change({ ids: [item.id], action: 'pause' });
    });
    await waitFor(() => {
      expect(client.getQueryData(LIVE_KEY)).toEqual([done]);
    });
  });

  test('on what was deleted elsewhere lets its row go, and a deletion is not complained about', async () => {
    server.answer = () => ({ status: 404, body: { detail: 'There is no such download.' } });
    const [gone, deleted, rest] = [makeDone(), makeDone(), makeDone()];
    const { client } = start([gone, deleted, rest]);
    act(() => {
      hands.change({ ids: [deleted.id], action: 'delete', file: false });
      closeToasts();
      hands.change({ ids: [gone.id], action: 'retry' });
    });
    await waitFor(() => {
      expect(client.getQueryData(LIVE_KEY)).toEqual([rest]);
    });
    await waitFor(() => {
      expect(toasts.get()).toHaveLength(1);
    });
  });

  test('on many shows how those stand that were refused it', async () => {
    const [first, second] = [makeRunning(0.5), makeRunning(0.6)];
    const done = makeDone({ id: second.id });
    server.answer = ({ method }) =>
      method === 'GET'
        ? { status: 200, body: done }
        : { status: 200, body: { changed: [], refused: [{ id: second.id, detail: 'It is already done.', fix: 'Nothing to do.', kind: null, values: {} }] } };
    const { states } = start([first, second]);
    act(() => {
      hands.change({ ids: [first.id, second.id], action: 'pause' });
    });
    await waitFor(() => {
      expect(states()).toEqual(['paused', 'done']);
    });
    expect(toasts.get()).toMatchObject([{ detail: 'It is already done. Nothing to do.' }]);
  });
});

describe('two actions on the same download', () => {
  test('reach the backend in their order, however long the first one takes', async () => {
    let trials = 0;
    server.answer = () => (++trials < 2 ? AWAY : { status: 200, body: makeDownload() });
    const item = makeRunning(0.5);
    const { states } = start([item]);
    act(() => {
      hands.change({ ids: [item.id], action: 'pause' });
      hands.change({ ids: [item.id], action: 'resume' });
    });
    await waitFor(() => {
      expect(states()).toEqual(['queued']);
    });
    await waitFor(
      () => {
        expect(server.asked.map(({ path }) => path.split('/').at(-1))).toEqual(['pause', 'pause', 'resume']);
      },
      { timeout: 5000 },
    );
  });
});

describe('while the backend is away', () => {
  test('a wish waits, can be discarded, and is sent when it is back', async () => {
    onlineManager.setOnline(false);
    const { states } = start();
    act(() => {
      hands.create(WISH);
      hands.create({ ...WISH, urls: ['https://example.org/b'] });
    });
    await waitFor(() => {
      expect(document.querySelector('output')).toHaveTextContent('2');
    });
    expect(server.asked).toEqual([]);
    act(() => {
      hands.create({ ...WISH, urls: ['https://example.org/c'] });
    });
    await userEvent.click(await screen.findByRole('button', { name: 'https://example.org/c' }));
    act(() => {
      onlineManager.setOnline(true);
    });
    await waitFor(() => {
      expect(states()).toEqual(['queued', 'queued']);
    });
    expect(server.asked.map(({ body }) => (body as { url: string }).url)).toEqual([
      'https://example.org/a',
      'https://example.org/b',
    ]);
  });

  test('what is discarded can be had back, and is sent then', async () => {
    onlineManager.setOnline(false);
    start();
    const many = Array.from({ length: 500 }, (_, at) => `https://example.org/${at.toString()}`);
    act(() => {
      hands.create({ ...WISH, urls: many });
    });
    const wish = { name: 'https://example.org/0' };
    await userEvent.click(await screen.findByRole('button', wish));
    expect(screen.queryByRole('button', wish)).toBeNull();
    expect(toasts.get()).toMatchObject([{ title: '500 links discarded' }]);
    act(() => {
      undoLatest();
    });
    expect(toasts.get()).toEqual([]);
    expect(undoLatest()).toBe(false);
    expect(await screen.findByRole('button', wish)).toBeVisible();
    act(() => {
      onlineManager.setOnline(true);
    });
    await waitFor(() => {
      expect(server.asked).toMatchObject([{ path: '/api/downloads/bulk', body: { urls: many } }]);
    });
  });

  test('what is discarded for good is called by its site and is never sent', async () => {
    onlineManager.setOnline(false);
    start();
    act(() => {
      hands.create(WISH);
    });
    await userEvent.click(await screen.findByRole('button', { name: URL_A }));
    expect(toasts.get()).toMatchObject([{ title: 'Link discarded', detail: 'example.org · a' }]);
    act(closeToasts);
    expect(undoLatest()).toBe(false);
    act(() => {
      onlineManager.setOnline(true);
      hands.create({ ...WISH, urls: ['https://example.org/b'] });
    });
    await waitFor(() => {
      expect(server.asked.map(({ body }) => (body as { url: string }).url)).toEqual(['https://example.org/b']);
    });
  });

  test('an action that found nobody there is sent again, not given up', async () => {
    let trials = 0;
    server.answer = () => (++trials < 3 ? AWAY : { status: 200, body: makeDownload() });
    const { states } = start();
    act(() => {
      hands.create(WISH);
    });
    await waitFor(
      () => {
        expect(states()).toEqual(['queued']);
      },
      { timeout: 5000 },
    );
    expect(toasts.get()).toEqual([]);
  });

  test('what waits survives a reload of the page', async () => {
    onlineManager.setOnline(false);
    const before = start();
    keepOutbox(before.client);
    act(() => {
      hands.create(WISH);
    });
    await waitFor(() => {
      expect(sessionStorage.getItem('outbox')).toContain(URL_A);
    });

    const after = makeQueryClient();
    keepOutbox(after);
    act(() => {
      onlineManager.setOnline(true);
    });
    await after.resumePausedMutations();
    expect(server.asked.map(({ body }) => body)).toContainEqual(expect.objectContaining({ url: URL_A }));
  });
});
