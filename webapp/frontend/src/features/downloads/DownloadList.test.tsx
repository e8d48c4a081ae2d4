import { onlineManager } from '@tanstack/react-query';
import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';
import { LIVE_KEY } from '@/entities/download/live-query.ts';
import { sendCreation } from '@/entities/download/mutations.ts';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { makeQueryClient } from '@/app/query-client.ts';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { renderApp } from '@/testing/render.tsx';
import { startServer, type TestServer } from '@/testing/server.ts';
import { KeepFocus } from '@/components/KeepFocus.tsx';
import '@/components/keep-focus.ts'; // or a test would press a key before it has been fetched
import { DownloadList } from './DownloadList.tsx';

const running = makeRunning(0.5, { title: 'Running' });
const [first, second, third] = ['First', 'Second', 'Third'].map((title, at) =>
  makeDownload({ title, position: at + 1 }),
) as [ReturnType<typeof makeDownload>, ReturnType<typeof makeDownload>, ReturnType<typeof makeDownload>];
const QUEUE = { concurrency: 1, paused: false, running: 1, queued: 3, disk_free: 9e9, hosts: [] };

let server: TestServer;

beforeEach(() => {
  for (const { id } of toasts.get()) dismissToast(id);
  server = startServer(({ path }) => ({ status: 200, body: path === '/api/queue' ? QUEUE : first }));
});

function start(items = [third, second, first, running]) {
  const client = makeQueryClient();
  client.setQueryData(LIVE_KEY, items);
  const page = (
    <KeepFocus>
      <DownloadList />
    </KeepFocus>
  );
  return renderApp(page, client);
}

function order(): (string | undefined)[] {
  const list = screen.getByRole('list');
  return within(list).getAllByRole('listitem').map((row) => row.querySelector('p')?.title);
}

function moves(): unknown[] {
  return server.asked.filter(({ path }) => path.endsWith('/move')).map(({ path, body }) => [path.split('/')[3], body]);
}

describe('the queue', () => {
  test('shows what runs, then what waits, the next one first', () => {
    start();
    expect(order()).toEqual(['Running', 'First', 'Second', 'Third']);
  });

  test('gives a handle to what waits, if there is another to change places with', () => {
    const { unmount } = start();
    expect(screen.getAllByRole('button', { name: /^Move / })).toHaveLength(3);
    unmount();
    start([running, first]);
    expect(screen.queryByRole('button', { name: /^Move / })).toBeNull();
  });

  test('is put in another order with the arrow keys, at once and in the order of the presses', async () => {
    const { user } = start();
    screen.getByRole('button', { name: 'Move First' }).focus();
    await user.keyboard('{ArrowDown}');
    await waitFor(() => {
      expect(order()).toEqual(['Running', 'Second', 'First', 'Third']);
    });
    await user.keyboard('{ArrowDown}');
    await waitFor(() => {
      expect(order()).toEqual(['Running', 'Second', 'Third', 'First']);
    });
    expect(screen.getByText('Position 3 of 3')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Move First' })).toHaveFocus();
    await waitFor(() => {
      expect(moves()).toEqual([
        [first.id, { before: third.id }],
        [first.id, { before: null }],
      ]);
    });
  });

  test('asks for nothing beyond its ends', async () => {
    const { user } = start();
    screen.getByRole('button', { name: 'Move First' }).focus();
    await user.keyboard('{ArrowUp}');
    expect(moves()).toEqual([]);
  });

  test('goes back to the order that was when a move is refused', async () => {
    server.answer = ({ path, method }) =>
      method === 'GET'
        ? { status: 200, body: path === '/api/queue' ? QUEUE : third }
        : { status: 409, body: { detail: 'It is not queued.', fix: 'Only queued downloads can be moved.' } };
    const { user } = start();
    screen.getByRole('button', { name: 'Move Third' }).focus();
    await user.keyboard('{ArrowUp}');
    await waitFor(() => {
      expect(toasts.get()).toMatchObject([{ detail: 'It is not queued. Only queued downloads can be moved.' }]);
    });
    await waitFor(() => {
      expect(order()).toEqual(['Running', 'First', 'Second', 'Third']);
    });
  });
});

describe('what waits to be sent', () => {
  test('is called by its site and id, as it is once it is listed', async () => {
    onlineManager.setOnline(false);
    const { client } = start([]);
    const urls = ['https://www.example.org/watch?v=abc', 'https://www.example.org/watch?v=def'];
    act(() => {
      sendCreation(client, { urls, format: 'mp4', resolution: 'best' });
    });
    expect(await screen.findByText('example.org · abc and 1 more')).toHaveAttribute('title', urls[0]);
    expect(screen.getByText('Waiting for the backend · MP4')).toBeVisible();
    act(() => {
      onlineManager.setOnline(true);
    });
  });
});

describe('what is done to many', () => {
  const changes = () => server.asked.filter(({ path }) => path.endsWith('/actions')).map(({ body }) => body);

  test('asks before all are cancelled', async () => {
    server.answer = ({ path }) => ({ status: 200, body: path === '/api/queue' ? QUEUE : { changed: [], refused: [] } });
    const { user } = start();
    await user.click(screen.getByRole('button', { name: 'Cancel all' }));
    const question = await screen.findByRole('alertdialog', { name: 'Cancel 4 downloads?' });
    await user.click(within(question).getByRole('button', { name: 'Keep them' }));
    expect(changes()).toEqual([]);
    await user.click(await screen.findByRole('button', { name: 'Cancel all' }));
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Cancel all' }));
    for (const { id } of toasts.get()) dismissToast(id);
    await waitFor(() => {
      expect(changes()).toMatchObject([{ action: 'cancel' }]);
    });
  });

  test.each([
    [['failed'], 'Clear failed'],
    [['cancelled'], 'Clear cancelled'],
    [['failed', 'cancelled'], 'Clear failed and cancelled'],
  ] as const)('names what of %j is cleared', (states, name) => {
    start(states.map((state) => makeDownload({ state })));
    expect(screen.getByRole('button', { name })).toBeVisible();
  });
});

describe('the keyboard’s place', () => {
  const rowOf = (title: string): HTMLElement | null => screen.getByText(title).closest('li');

  async function press(user: ReturnType<typeof start>['user'], name: string): Promise<void> {
    screen.getByRole('button', { name }).focus();
    await user.keyboard('{Enter}');
  }

  test('stays on the button that pauses and resumes', async () => {
    const { user } = start([running]);
    await press(user, 'Pause: Running');
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Resume: Running' })).toHaveFocus();
    });
  });

  test('is the next row when one is cancelled, the one before at the end, and the heading at last', async () => {
    const { user } = start([second, first]);
    await press(user, 'Cancel: First');
    await waitFor(() => {
      expect(rowOf('Second')).toHaveFocus();
    });
    await press(user, 'Cancel: Second');
    await waitFor(() => {
      expect(screen.getByRole('heading', { name: /Recent/ })).toHaveFocus();
    });
  });

  test('is the next row when one is removed by its menu', async () => {
    const { user } = start([first, second, third].map((item) => ({ ...item, state: 'cancelled' })));
    await press(user, 'More actions for Second');
    const entry = await screen.findByRole('menuitem', { name: 'Remove from list' });
    entry.focus();
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(rowOf('Third')).toHaveFocus();
    });
  });

  test.each([
    ['a question', 'Remove and delete file', 'Keep it'],
    ['a sheet', 'Move or rename', 'Close'],
  ])('is the button of the menu again, after %s that it opened', async (_, entry, end) => {
    server.answer = ({ path }) => ({ status: 200, body: path === '/api/queue' ? QUEUE : path === '/api/folders' ? [] : {} });
    const { user } = start([makeDone({ title: 'First' })]);
    await press(user, 'More actions for First');
    (await screen.findByRole('menuitem', { name: entry })).focus();
    await user.keyboard('{Enter}');
    (await screen.findByRole('button', { name: end })).focus();
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'More actions for First' })).toHaveFocus();
    });
  });

  test('is the button that asked before all are cancelled, when they are kept', async () => {
    const { user } = start();
    await press(user, 'Cancel all');
    (await screen.findByRole('button', { name: 'Keep them' })).focus();
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Cancel all' })).toHaveFocus();
    });
  });

  test('is the other button when the queue is held and goes on', async () => {
    let queue = QUEUE;
    server.answer = ({ body }) => {
      if (body !== null) queue = { ...queue, ...body };
      return { status: 200, body: queue };
    };
    const { user } = start();
    await screen.findByRole('button', { name: 'Pause all' });
    await press(user, 'Pause all');
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Resume' })).toHaveFocus();
    });
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Pause all' })).toHaveFocus();
    });
  });
});
