import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { problemOf } from './problem.ts';
import { ResilientEventSource } from './resilient-event-source.ts';

class FakeSource {
  static all: FakeSource[] = [];
  static get last(): FakeSource {
    const last = FakeSource.all.at(-1);
    if (!last) throw new Error('no source was opened');
    return last;
  }
  onopen: EventSource['onopen'] = null;
  onerror: EventSource['onerror'] = null;
  closed = false;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor() {
    FakeSource.all.push(this);
  }
  addEventListener(name: string, listener: unknown): void {
    this.#listeners.set(name, listener as (event: MessageEvent<string>) => void);
  }
  close(): void {
    this.closed = true;
  }
  open(): void {
    this.onopen?.call(this as unknown as EventSource, new Event('open'));
  }
  fail(): void {
    this.onerror?.call(this as unknown as EventSource, new Event('error'));
  }
  send(name: string, data: unknown): void {
    this.#listeners.get(name)?.(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

const standby = problemOf(503, {
  detail: 'api is not there.',
  service: 'api',
  state: 'BROKEN',
  cause: { kind: 'syntax-error', sentence: 'main.py has an error in line 3.', fix: 'Mend line 3.' },
});

function makeStream(diagnose = () => Promise.resolve<typeof standby | null>(null)) {
  const seen: unknown[] = [];
  const stream = new ResilientEventSource({
    url: '/api/events',
    delays: [100, 1000, 5000],
    diagnose,
    silenceLimit: 4500,
    open: () => new FakeSource(),
    now: () => 0,
    wallClock: () => 42,
    events: { snapshot: (data) => seen.push(data) },
  });
  return { stream, seen };
}

describe('ResilientStream', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSource.all = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is open once the server has answered, and hands events on', () => {
    const { stream, seen } = makeStream();
    stream.start();
    FakeSource.last.open();
    FakeSource.last.send('snapshot', { items: [] });
    expect(stream.state.get()).toEqual({ phase: 'open', since: 42 });
    expect(seen).toEqual([{ items: [] }]);
  });

  test('waits longer after each failed trial, and the longest wait repeats', () => {
    const { stream } = makeStream();
    stream.start();
    const waits = [100, 1000, 5000, 5000].map((delay) => {
      FakeSource.last.fail();
      const state = stream.state.get();
      vi.advanceTimersByTime(delay);
      return state.phase === 'waiting' ? state.retryAt : null;
    });
    expect(waits).toEqual([100, 1000, 5000, 5000]);
    expect(FakeSource.all).toHaveLength(5);
  });

  test('lets one trial through at once when told to, and only then', () => {
    const { stream } = makeStream();
    stream.start();
    stream.retryNow();
    expect(FakeSource.all).toHaveLength(1);
    FakeSource.last.fail();
    stream.retryNow();
    stream.retryNow();
    expect(FakeSource.all).toHaveLength(2);
    expect(stream.state.get().phase).toBe('connecting');
  });

  test('says since when the server is away, through all trials, and forgets it on success', () => {
    const { stream } = makeStream();
    stream.start();
    FakeSource.last.open();
    FakeSource.last.fail();
    vi.advanceTimersByTime(100);
    expect(stream.state.get()).toMatchObject({ phase: 'connecting', awaySince: 42, attempt: 1 });
    FakeSource.last.open();
    FakeSource.last.fail();
    expect(stream.state.get()).toMatchObject({ phase: 'waiting', attempt: 1 });
  });

  test('asks why and keeps the cause until it is back', async () => {
    const { stream } = makeStream(() => Promise.resolve(standby));
    stream.start();
    FakeSource.last.fail();
    await vi.advanceTimersByTimeAsync(0);
    expect(stream.state.get()).toMatchObject({ phase: 'waiting', problem: { state: 'BROKEN' } });
    FakeSource.last.open();
    vi.advanceTimersByTime(100);
    FakeSource.last.open();
    expect(stream.state.get().phase).toBe('open');
  });

  test('a trial without any answer fails after ten seconds', () => {
    const { stream } = makeStream();
    stream.start();
    vi.advanceTimersByTime(10_000);
    expect(stream.state.get().phase).toBe('waiting');
    expect(FakeSource.all[0]?.closed).toBe(true);
  });

  test('a server that pings is away when nothing has come from it for as long as it may be silent', () => {
    const { stream } = makeStream();
    stream.start();
    FakeSource.last.open();
    FakeSource.last.send('ping', null);
    vi.advanceTimersByTime(4000);
    FakeSource.last.send('snapshot', {});
    vi.advanceTimersByTime(4000);
    expect(stream.state.get().phase).toBe('open');
    vi.advanceTimersByTime(500);
    expect(stream.state.get()).toMatchObject({ phase: 'waiting', silent: true });
    expect(FakeSource.last.closed).toBe(true);
    vi.advanceTimersByTime(100);
    FakeSource.last.open(); // it opens, but hangs again before its first ping
    vi.advanceTimersByTime(4500);
    expect(stream.state.get().phase).toBe('waiting');
    vi.advanceTimersByTime(100);
    FakeSource.last.open();
    FakeSource.last.fail(); // and is restarted
    expect(stream.state.get()).toMatchObject({ phase: 'waiting', silent: false });
  });

  test('a server that never pings may be silent', () => {
    const { stream } = makeStream();
    stream.start();
    FakeSource.last.open();
    FakeSource.last.send('snapshot', {});
    vi.advanceTimersByTime(600_000);
    expect(stream.state.get().phase).toBe('open');
  });

  test('believes someone who noticed first', () => {
    const { stream } = makeStream();
    stream.start();
    FakeSource.last.open();
    stream.reportFailure(standby);
    expect(stream.state.get()).toMatchObject({ phase: 'waiting', problem: { status: 503 } });
    expect(FakeSource.last.closed).toBe(true);
  });

  test('a stopped stream tries no more', () => {
    const { stream } = makeStream();
    stream.start();
    FakeSource.last.fail();
    stream.stop();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.all).toHaveLength(1);
  });
});
