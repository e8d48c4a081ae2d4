import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readFileSync } from 'node:fs';
import { SILENCE_LIMIT, backendStream } from '@/api/event-stream.ts';
import { renderApp } from '@/testing/render.tsx';
import { startServer, type TestServer } from '@/testing/server.ts';
import { BRIEF_SILENCE, OfflineBanner } from './OfflineBanner.tsx';
import { guardStream, type ServiceState } from './guard-stream.ts';

class FakeSource {
  static last = new Map<string, FakeSource>();
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly #listeners = new Map<string, (event: { data: string }) => void>();

  constructor(url: string) {
    FakeSource.last.set(url, this);
  }
  addEventListener(name: string, listener: (event: { data: string }) => void): void {
    this.#listeners.set(name, listener);
  }
  close(): void {
    FakeSource.last.clear();
  }
  send(name: string, data: unknown): void {
    this.#listeners.get(name)?.({ data: JSON.stringify(data) });
  }
}

const NOBODY = { title: 'Nothing answers', status: 502, detail: 'Nothing listens at 127.0.0.1:8000.', service: 'api' };

let server: TestServer;

beforeEach(() => {
  vi.stubGlobal('EventSource', FakeSource);
  server = startServer(() => ({ status: 502, body: NOBODY }));
});
afterEach(() => {
  vi.useRealTimers();
  backendStream.stop();
  guardStream.stop();
});

/** The backend's stream breaks. */
function lose(): void {
  act(() => {
    backendStream.start();
    FakeSource.last.get('/api/events')?.onerror?.();
  });
}

function watch(state: ServiceState): void {
  act(() => {
    guardStream.start();
    const source = FakeSource.last.get('/guard/api/events');
    source?.onopen?.();
    source?.send('status', { guard: {}, services: [{ name: 'api', state, cause: null }] });
  });
}

const banner = () => screen.queryByRole('region', { name: 'Backend' });

describe('the banner', () => {
  test('is not on the page while it may be no more than a restart', async () => {
    renderApp(<OfflineBanner />);
    lose();
    expect(banner()).toBeNull();
    await waitFor(() => {
      expect(banner()).toBeVisible();
    });
  });

  test('is there within five seconds after the last word of a backend that hangs', () => {
    const hub = readFileSync('../backend/events/hub.py', 'utf8');
    const ping = 1000 * Number(/^PING_SECONDS = ([\d.]+)$/m.exec(hub)?.[1]);
    expect(SILENCE_LIMIT).toBeGreaterThanOrEqual(2 * ping); // one may be late
    expect(SILENCE_LIMIT + BRIEF_SILENCE).toBeLessThanOrEqual(5000);

    vi.useFakeTimers();
    server.answer = () => ({ status: 200, after: new Promise(() => undefined) });
    renderApp(<OfflineBanner />);
    act(() => {
      backendStream.start();
      const source = FakeSource.last.get('/api/events');
      source?.onopen?.();
      source?.send('ping', null);
      vi.advanceTimersByTime(SILENCE_LIMIT - 1);
    });
    expect(banner()).toBeNull();
    act(() => {
      vi.advanceTimersByTime(1);
    });
    act(() => {
      vi.advanceTimersByTime(5000 - SILENCE_LIMIT);
    });
    expect(banner()).toHaveTextContent('The backend is not responding.');
  });

  test('is not on the page for the moment in which a computer wakes', () => {
    vi.useFakeTimers();
    renderApp(<OfflineBanner />);
    const hear = (): void => {
      const source = FakeSource.last.get('/api/events');
      source?.onopen?.();
      source?.send('ping', null);
    };
    act(() => {
      backendStream.start();
      hear();
    });
    act(() => {
      vi.advanceTimersByTime(SILENCE_LIMIT);
    });
    act(() => {
      vi.advanceTimersByTime(250);
    });
    expect(banner()).toBeNull();
    act(hear);
    act(() => {
      vi.advanceTimersByTime(SILENCE_LIMIT - 1);
    });
    expect(banner()).toBeNull();
  });

  test('says what is known where no guard runs, and what begins it all', async () => {
    renderApp(<OfflineBanner />);
    lose();
    await waitFor(() => {
      expect(banner()).toHaveTextContent('Nothing listens at 127.0.0.1:8000.');
    });
    expect(banner()).toHaveTextContent('How to fix it: make dev');
    expect(screen.queryByRole('button', { name: 'Restart' })).toBeNull();
  });

  test.each([
    ['STOPPED', 'Start'],
    ['BROKEN', 'Restart'],
  ] as const)('offers first what helps when it is %s, and counts no seconds', async (state, name) => {
    const { user } = renderApp(<OfflineBanner />);
    watch(state);
    lose();
    await user.click(await screen.findByRole('button', { name }));
    expect(server.asked).toContainEqual({ method: 'POST', path: '/guard/api/services/api/restart', body: null, language: 'en' });
    expect(banner()).not.toHaveTextContent(/Next try|make dev/);
  });
});
