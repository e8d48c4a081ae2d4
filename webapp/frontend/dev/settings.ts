/** The few settings of the dev server: shell first, then the repository's `.env`, then defaults. */
import { readFileSync } from 'node:fs';
import { loadEnv } from 'vite';
import { heldDescriptor } from './held-port.ts';

export interface Settings {
  port: number;
  descriptor: number | null;
  api: URL;
  guard: URL;
  /** What every address begins with, such as `/media`; empty at the root. The backend judges it. */
  root: string;
  /** The guard's token at this moment, or null where there is none. */
  guardToken: () => string | null;
}

function portOf(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined || value === '') return fallback;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`${name} is "${value}"; a port is a number from 1 to 65535. Fix it in .env.`);
  }
  return port;
}

export function readSettings(repository: string): Settings {
  const env = loadEnv('development', repository, ['WEB_', 'API_', 'GUARD_', 'ROOT_']);
  const api = env.API_URL ?? `http://localhost:${portOf('API_PORT', env.API_PORT, 8000).toString()}`;
  const guard =
    env.GUARD_URL ?? `http://localhost:${portOf('GUARD_PORT', env.GUARD_PORT, 9400).toString()}`;
  const tokenFile = env.GUARD_TOKEN_FILE; // set by a guard, for what it starts
  return {
    port: portOf('WEB_PORT', env.WEB_PORT, 3000),
    // Never from a file: a descriptor means something only to the process that inherits it.
    descriptor: heldDescriptor(process.env.WEB_FD),
    api: new URL(api),
    guard: new URL(guard),
    root: (env.ROOT_PATH ?? '').trim().replace(/\/+$/, ''),
    guardToken: () => {
      if (tokenFile === undefined) return null;
      try {
        return readFileSync(tokenFile, 'utf8').trim() || null;
      } catch {
        return null; // no guard is running, or not for us to command
      }
    },
  };
}
