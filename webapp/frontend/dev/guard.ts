/**
 * What of the guard the app's page may use through the dev server: what it asks for, and no more.
 *
 * The dev server adds the guard's token for whoever reaches its port. So it hands on nothing that
 * would show the log, stop the stack or open a terminal.
 */
import type { Route } from './forward.ts';
import { listensForUs } from './listener.ts';
import type { Settings } from './settings.ts';

/** As `src/features/services/guard.ts` asks: no query either, for one adds the log to the events. */
const ASKED = [
  /^GET \/api\/(?:events|status)$/,
  /^POST \/api\/restart$/,
  /^POST \/api\/services\/[^/?#]+\/restart$/,
];

/**
 * How much is handed on at a time. Whatever comes this way counts as ours at the guard, whoever
 * asked: it must not take the connections that our own commands need.
 */
export const MOST = 64;

export function guardRoute({ guard, guardToken }: Pick<Settings, 'guard' | 'guardToken'>): Route {
  return {
    prefix: '/guard',
    target: guard,
    strip: true,
    service: 'guard',
    permits: (method, path) => ASKED.some((asked) => asked.test(`${method} ${path}`)),
    most: MOST,
    headers: async (method) => {
      const token = method === 'GET' ? null : guardToken();
      // Where the guard has ended, its port is free for anybody.
      return token === null || !(await listensForUs(Number(guard.port))) ? {} : { 'X-Guard-Token': token };
    },
  };
}
