/** A part of the app that is gone belonged to an older build: the page of the new one knows its parts. */
import { BASE } from '@/utils/base.ts';

const SOON = 10_000; // milliseconds

/** Then it did not help, and would not again. */
function hasJustReloaded(): boolean {
  const [how] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return how?.type === 'reload' && performance.now() < SOON;
}

/** Whether the server is there: to reload without it would lose the page that is open. */
async function isServerReachable(): Promise<boolean> {
  try {
    return (await fetch(`${BASE}/`, { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

export async function reloadOnStaleBuild(reload: () => void): Promise<void> {
  if (!hasJustReloaded() && (await isServerReachable())) reload();
}
