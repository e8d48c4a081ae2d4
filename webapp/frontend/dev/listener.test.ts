import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { isOurs, listensForUs, takingTurns } from './listener.ts';

const PORT = 9400;
const line = (address: string, state: string, user: number): string =>
  `   0: ${address}:24B8 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${user.toString()}        0 1 1`;
const own = process.geteuid?.() ?? 0;
const OTHER = own + 20_000;
// As an x86 or an ARM writes it.
const LOOPBACK = '0100007F';
const EVERYWHERE = '0'.repeat(32);

test('a server of this very process is ours', async () => {
  const server = net.createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  expect(await listensForUs((server.address() as AddressInfo).port)).toBe(true);
  server.close();
});

test.each([
  ['ours', [line(LOOPBACK, '0A', own)], true],
  ["root's", [line(LOOPBACK, '0A', 0)], true],
  ["another user's", [line(LOOPBACK, '0A', OTHER)], false],
  ["another user's, on all addresses", [line(EVERYWHERE, '0A', OTHER)], false],
  ["another user's beside ours", [line(LOOPBACK, '0A', own), line(EVERYWHERE, '0A', OTHER)], false],
  ["nobody's any more", [line(LOOPBACK, '01', own)], false],
  ["another user's on another address", [line('0200007F', '0A', OTHER), line(LOOPBACK, '0A', own)], true],
])('a port that is %s', (_whose, table, ours) => {
  expect(isOurs(PORT, [table, []])).toBe(ours);
});

test('where the system does not say, it is taken for ours', () => {
  expect(isOurs(PORT, [[], []])).toBe(true);
});

test('a crowd that asks while the tables are read shares one reading, which began after it asked', async () => {
  const readings: ((found: number) => void)[] = [];
  const look = takingTurns(() => new Promise<number>((found) => readings.push(found)));
  const first = look();
  const crowd = Array.from({ length: 700 }, () => look());
  expect(readings).toHaveLength(1);
  readings[0]?.(1);
  expect(await first).toBe(1);
  await vi.waitFor(() => {
    expect(readings).toHaveLength(2);
  });
  readings[1]?.(2);
  expect(new Set(await Promise.all(crowd))).toEqual(new Set([2]));
  void look();
  expect(readings).toHaveLength(3);
});
