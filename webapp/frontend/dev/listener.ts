/** Whose a local server is: nobody else's is to be told a secret of ours. */
import { readFile } from 'node:fs/promises';

const LISTENING = '0A'; // TCP_LISTEN of linux/include/net/tcp_states.h
/** As the kernel writes 127.0.0.1, 0.0.0.0, :: and ::ffff:127.0.0.1, 32 bits at a time. */
const TAKES_LOOPBACK = new Set(
  [[0x7f000001], [0], [0, 0, 0, 0], [0, 0, 0xffff, 0x7f000001]].map((words) => words.map(written).join('')),
);

function written(word: number): string {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint32(0, word);
  return new Uint32Array(bytes.buffer).at(0)?.toString(16).toUpperCase().padStart(8, '0') ?? '';
}

type Tables = string[][];

async function read(table: string): Promise<string[]> {
  try {
    return (await readFile(table, 'ascii')).split('\n').slice(1);
  } catch {
    return []; // no Linux, or without IPv6
  }
}

/**
 * Hands on what `read` finds, which began to be read after it was asked for; one reading at a time.
 *
 * For the tables the kernel writes a line for each socket of this machine, which takes long where
 * there are many. Who asks while they are read shares the reading after that with everybody else.
 */
export function takingTurns<Found>(read: () => Promise<Found>): () => Promise<Found> {
  let current: Promise<Found> | null = null;
  let next: Promise<Found> | null = null;
  const begin = (): Promise<Found> => {
    next = null;
    current = read().finally(() => {
      current = null;
    });
    return current;
  };
  return () => (current === null ? begin() : (next ??= current.then(begin, begin)));
}

const tables = takingTurns((): Promise<Tables> => Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(read)));

/** Whether only this user or root listens on a port of 127.0.0.1 now; see `isOurs`. */
export async function listensForUs(port: number): Promise<boolean> {
  return isOurs(port, await tables());
}

/**
 * Whether only this user or root listens on a port of 127.0.0.1; also where the system does not say.
 *
 * On Linux `/proc/net/tcp` has a line for each socket: number, local address, remote one, state,
 * queues, timer, retransmits, user.
 */
export function isOurs(port: number, tables: Tables): boolean {
  const own = process.geteuid?.();
  if (own === undefined || tables.every((lines) => lines.length === 0)) return true;
  const users = tables
    .flat()
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => {
      const [address = '', number = ''] = local.split(':');
      return state === LISTENING && parseInt(number, 16) === port && TAKES_LOOPBACK.has(address);
    })
    .map((fields) => Number(fields[7]));
  return users.length > 0 && users.every((user) => user === own || user === 0);
}
