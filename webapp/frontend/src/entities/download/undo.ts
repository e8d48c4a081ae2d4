/**
 * Ten seconds in which a click can be taken back.
 *
 * What is cancelled is only paused meanwhile, and what is removed only hidden: the bytes stay. A page
 * that is closed sends what it holds; one that is killed has lost nothing.
 */
import { onlineManager, type QueryClient } from '@tanstack/react-query';
import { translate } from '@/i18n/translate.ts';
import type { Download } from '@/api/types.ts';
import { offerUndo } from '@/stores/undo.ts';
import { displayName } from './display-name.ts';
import { holds, keyOf, type Hold, type HoldKey, type UndoableChange } from './held-changes.ts';
import { LIVE_KEY, type Downloads } from './live-query.ts';
import { countOf, requestChange, sendChange } from './mutations.ts';
import { saveOutbox } from './outbox.ts';

/** How to withdraw the offer to take back what is held. */
const offers = new Map<HoldKey, () => void>();

function setHold(key: HoldKey, hold: Hold | null): void {
  const next = new Map(holds.get());
  if (hold === null || hold.change.ids.length === 0) next.delete(key);
  else next.set(key, hold);
  holds.set(next);
}

/** Takes a hold away, with the offer to undo it; returns what it held. */
function take(key: HoldKey): Hold | null {
  const hold = holds.get().get(key) ?? null;
  const withdraw = offers.get(key);
  offers.delete(key);
  setHold(key, null); // first: to withdraw the offer closes its notice
  withdraw?.();
  return hold;
}

function listed(client: QueryClient): Downloads {
  return client.getQueryData<Downloads>(LIVE_KEY) ?? [];
}

/** What of a change still makes sense: what has ended meanwhile cannot be cancelled. */
function remaining(client: QueryClient, change: UndoableChange): UndoableChange {
  if (change.action === 'delete') return change;
  const over = new Set(listed(client).filter(({ state }) => state === 'done' || state === 'failed').map(({ id }) => id));
  return { ...change, ids: change.ids.filter((id) => !over.has(id)) };
}

function commit(client: QueryClient, key: HoldKey): void {
  const hold = take(key);
  const change = hold && remaining(client, hold.change);
  if (change && change.ids.length > 0) sendChange(client, change);
}

function restart(client: QueryClient, ids: readonly string[]): void {
  if (ids.length > 0) sendChange(client, { ids, action: 'resume' });
}

function undo(client: QueryClient, key: HoldKey): void {
  const hold = take(key);
  if (hold) restart(client, hold.stopped);
}

function announce(client: QueryClient, key: HoldKey, { change }: Hold, first: Download | undefined): void {
  const count = countOf(change);
  const withdraw = offerUndo({
    key,
    title: translate(`undo.${key}`, { count }),
    detail: count === 1 && first ? displayName(first) : undefined,
    label: translate('undo.undo'),
    takeBack: () => {
      undo(client, key);
    },
    commit: () => {
      commit(client, key);
    },
  });
  offers.set(key, withdraw);
}

function isOfAll(change: UndoableChange | undefined): boolean {
  return change?.action === 'delete' && change.all !== undefined;
}

/** Shows the change, and sends it when the time to undo it is over or its toast is closed. */
export function holdChange(client: QueryClient, change: UndoableChange): void {
  const key = keyOf(change);
  const affected = listed(client).filter(({ id }) => change.ids.includes(id));
  const earlier = change.action === 'delete' ? holds.get().get('cancel') : undefined;
  const inherited = (earlier?.stopped ?? []).filter((id) => change.ids.includes(id));
  if (inherited.length > 0) release(client, inherited, false);
  const running = affected.filter(({ state }) => state === 'running').map(({ id }) => id);
  const stopped = [...inherited, ...(change.action === 'cancel' ? running : [])];
  if (isOfAll(change) || isOfAll(holds.get().get(key)?.change)) commit(client, key); // two lists are two things to undo
  const before = holds.get().get(key);
  const hold: Hold = {
    change: { ...change, ids: [...new Set([...(before?.change.ids ?? []), ...change.ids])] },
    stopped: [...(before?.stopped ?? []), ...stopped],
  };
  setHold(key, hold);
  if (change.action === 'cancel' && running.length > 0) sendChange(client, { ids: running, action: 'pause' });
  announce(client, key, hold, affected[0]);
}

/**
 * Takes downloads out of a held cancellation, as Retry on such a row means.
 *
 * Returns those that were not held.
 */
export function release(client: QueryClient, ids: readonly string[], resume = true): string[] {
  const hold = holds.get().get('cancel');
  const held = new Set(hold?.change.ids.filter((id) => ids.includes(id)));
  if (!hold || held.size === 0) return [...ids];
  const stay = (all: readonly string[]): string[] => all.filter((id) => !held.has(id));
  const back = hold.stopped.filter((id) => held.has(id));
  if (stay(hold.change.ids).length === 0) take('cancel');
  else setHold('cancel', { change: { ...hold.change, ids: stay(hold.change.ids) }, stopped: stay(hold.stopped) });
  if (resume) restart(client, back);
  return stay(ids);
}

/** Sends everything that is held, for a page that is about to go. */
export function flushHolds(client: QueryClient): void {
  for (const key of [...holds.get().keys()]) {
    const hold = take(key);
    const change = hold && remaining(client, hold.change);
    if (!change || change.ids.length === 0) continue;
    if (onlineManager.isOnline()) requestChange(change, { keepalive: true }).catch(() => undefined); // nobody is left to be told
    else sendChange(client, change);
  }
  saveOutbox(client);
}

