import { screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import type { QueueState } from '@/api/types.ts';
import { renderApp } from '@/testing/render.tsx';
import { startServer, type TestServer } from '@/testing/server.ts';
import { HeldNotice, QueueLine } from './QueueLine.tsx';

const QUEUE: QueueState = {
  concurrency: 3,
  paused: false,
  running: 3,
  queued: 4,
  disk_free: 41_000_000_000,
  hosts: [],
};

let server: TestServer;
let queue: QueueState;

beforeEach(() => {
  queue = QUEUE;
  server = startServer(({ body }) => {
    if (body !== null) queue = { ...queue, ...body };
    return { status: 200, body: queue };
  });
});
afterEach(() => {
  for (const { id } of toasts.get()) dismissToast(id);
});

function start() {
  return renderApp(
    <>
      <HeldNotice />
      <QueueLine />
    </>,
  );
}

function sent(): unknown[] {
  return server.asked.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
}

describe('the line about the queue', () => {
  test('tells how many run at once', async () => {
    start();
    expect(await screen.findByRole('button', { name: /3 at once/ })).toHaveTextContent('3 at once');
  });

  test('names the hosts that are on hold, and until when', async () => {
    queue = { ...QUEUE, hosts: [{ host: 'example.org', failures: 3, open_until: '2026-01-31T12:00:15.000Z' }] };
    const { user } = start();
    await user.click(await screen.findByRole('button', { name: /1 site on hold/ }));
    const box = await screen.findByRole('dialog', { name: 'Queue' });
    expect(box).toHaveTextContent(/example\.orguntil .*:00:15/);
  });

  test('lets more run at once, and shows it before the server has answered', async () => {
    const { user } = start();
    await user.click(await screen.findByRole('button', { name: /3 at once/ }));
    await user.click(await screen.findByRole('button', { name: 'One more' }));
    await user.click(screen.getByRole('button', { name: 'One more' }));
    expect(screen.getByRole('status', { hidden: true })).toHaveTextContent('5');
    await waitFor(() => {
      expect(sent()).toEqual([{ concurrency: 4 }, { concurrency: 5 }]);
    });
  });

  test('asks for nothing beyond the ends', async () => {
    queue = { ...QUEUE, concurrency: 1 };
    const { user } = start();
    await user.click(await screen.findByRole('button', { name: /1 at once/ }));
    await user.click(await screen.findByRole('button', { name: 'One fewer' }));
    expect(sent()).toEqual([]);
  });

  test('pauses everything and goes on, and says so meanwhile', async () => {
    const { user } = start();
    await user.click(await screen.findByRole('button', { name: 'Pause all' }));
    expect(screen.getByRole('status')).toHaveTextContent('Everything is paused.');
    expect(screen.queryByRole('button', { name: 'Pause all' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Resume' }));
    expect(await screen.findByRole('button', { name: 'Pause all' })).toBeVisible();
    expect(sent()).toEqual([{ paused: true }, { paused: false }]);
  });

  test('takes a refused change back and says why', async () => {
    server.answer = ({ body }) =>
      body === null ? { status: 200, body: QUEUE } : { status: 500, body: { detail: 'It broke.', fix: 'Try again.' } };
    const { user } = start();
    await user.click(await screen.findByRole('button', { name: 'Pause all' }));
    expect(await screen.findByRole('button', { name: 'Pause all' })).toBeVisible();
    expect(toasts.get()).toMatchObject([{ detail: 'It broke. Try again.' }]);
  });
});
