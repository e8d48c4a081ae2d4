/**
 * An event stream that comes back.
 *
 * `EventSource` gives up for ever on a 503 and reconnects every three seconds otherwise. This one is
 * a circuit breaker: after a failure it waits (longer each time), says until when and why, lets one
 * trial through, and can be told to try at once. A server that pings is away when it has been silent
 * for long, though the connection stands: it hangs, or the network is gone without a word. Each
 * connection begins with the server's snapshot, so nothing needs to be remembered of what was missed.
 */
import { createStore, type ReadableStore } from '@/utils/store.ts';
import type { Problem } from './problem.ts';

interface Away {
  attempt: number;
  problem: Problem | null;
  /** It had been silent for long when it was noticed: no restart, which ends the connection. */
  silent: boolean;
}

export type StreamState =
  | (Away & { phase: 'connecting'; awaySince: number | null })
  | { phase: 'open'; since: number }
  | (Away & {
      phase: 'waiting';
      awaySince: number;
      /** On the clock of `performance.now()`, milliseconds. */
      retryAt: number;
    });

type Source = Pick<EventSource, 'addEventListener' | 'close' | 'onopen' | 'onerror'>;

export interface StreamOptions {
  url: string;
  /** What to do with each named event's parsed JSON. */
  events: Record<string, (data: unknown) => void>;
  /** Waits before the second, third... trial, milliseconds; the last one repeats. */
  delays: readonly number[];
  /** Asks why the stream cannot be had; null when nothing is known. */
  diagnose: (signal: AbortSignal) => Promise<Problem | null>;
  /** A server that pings has failed when nothing has come from it for so long, milliseconds. */
  silenceLimit: number;
  open?: (url: string) => Source;
  now?: () => number;
  wallClock?: () => number;
}

const UNKNOWN = { awaySince: null, attempt: 0, problem: null, silent: false };

/** A trial that has had no answer after this long has failed, milliseconds. */
const TRIAL_LIMIT = 10_000;

export class ResilientEventSource {
  readonly #options: StreamOptions;
  readonly #state = createStore<StreamState>({
    phase: 'connecting',
    ...UNKNOWN,
  });
  readonly state: ReadableStore<StreamState> = this.#state;
  #source: Source | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #diagnosis: AbortController | null = null;
  /** Known once it has done so: of others silence means nothing. */
  #pings = false;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#source === null && this.#timer === undefined) this.#try();
  }

  stop(): void {
    this.#release();
    this.#diagnosis?.abort();
  }

  /** The half-open trial, now instead of when the wait is over. */
  readonly retryNow = (): void => {
    if (this.#state.get().phase === 'waiting') this.#try();
  };

  /** Someone noticed that the server is away before the stream did. */
  readonly reportFailure = (problem: Problem): void => {
    if (this.#state.get().phase === 'open') this.#fail(problem);
  };

  #release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    this.#source = null;
  }

  #try(): void {
    this.#release();
    const before = this.#state.get();
    const { awaySince, attempt, problem, silent } = before.phase === 'open' ? UNKNOWN : before;
    this.#state.set({ phase: 'connecting', awaySince, attempt, problem, silent });
    const source = (this.#options.open ?? ((url) => new EventSource(url)))(this.#options.url);
    this.#source = source;
    this.#timer = setTimeout(() => {
      this.#fail(null);
    }, TRIAL_LIMIT);
    source.onopen = () => {
      this.#opened();
    };
    source.onerror = () => {
      this.#fail(null);
    };
    source.addEventListener('ping', () => {
      this.#pings = true;
      this.#heard();
    });
    for (const [name, handle] of Object.entries(this.#options.events)) {
      source.addEventListener(name, (event) => {
        this.#heard();
        handle(JSON.parse((event as MessageEvent<string>).data));
      });
    }
  }

  #heard(): void {
    if (this.#state.get().phase !== 'open') return;
    clearTimeout(this.#timer);
    this.#timer = this.#pings
      ? setTimeout(() => {
          this.#fail(null, true);
        }, this.#options.silenceLimit)
      : undefined;
  }

  #opened(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#diagnosis?.abort();
    this.#state.set({ phase: 'open', since: (this.#options.wallClock ?? Date.now)() });
    this.#heard();
  }

  #fail(problem: Problem | null, isSilent = false): void {
    this.#release();
    const before = this.#state.get();
    const attempt = before.phase === 'open' ? 1 : before.attempt + 1;
    const awaySince =
      before.phase === 'open' || before.awaySince === null
        ? (this.#options.wallClock ?? Date.now)()
        : before.awaySince;
    const { delays } = this.#options;
    const delay = delays[Math.min(attempt, delays.length) - 1] ?? 0;
    const retryAt = (this.#options.now ?? (() => performance.now()))() + delay;
    const known = problem ?? (before.phase === 'open' ? null : before.problem);
    const silent = before.phase === 'open' ? isSilent : before.silent;
    this.#state.set({ phase: 'waiting', awaySince, attempt, retryAt, problem: known, silent });
    this.#timer = setTimeout(() => {
      this.#try();
    }, delay);
    if (problem === null) void this.#diagnose();
  }

  async #diagnose(): Promise<void> {
    this.#diagnosis?.abort();
    const diagnosis = new AbortController();
    this.#diagnosis = diagnosis;
    const problem = await this.#options.diagnose(diagnosis.signal);
    const state = this.#state.get();
    if (diagnosis.signal.aborted || state.phase === 'open') return;
    this.#state.set({ ...state, problem });
  }
}
