import { act, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { BackendEvent } from '@/api/event-stream.ts';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { renderApp } from '@/testing/render.tsx';
import { Announcer } from './Announcer.tsx';

const listeners = new Set<(event: BackendEvent) => void>();

vi.mock('@/api/event-stream.ts', async (original) => ({
  ...(await original<object>()),
  onBackendEvent: (listener: (event: BackendEvent) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
}));

function tell(event: BackendEvent): void {
  act(() => {
    for (const listener of listeners) listener(event);
  });
}

test('what has ended while the page was open is said, and nothing else', () => {
  renderApp(<Announcer />);
  const [first, second, third] = [makeRunning(0.5, { title: 'One' }), makeRunning(0.5, { title: 'Two' }), makeRunning(0.5)];
  tell({ type: 'snapshot', items: [first, second, third, makeDone({ title: 'Old' })] });
  const live = document.querySelector('[aria-live=polite]');
  expect(live).toBeEmptyDOMElement();
  tell({ type: 'download', item: makeDone({ id: first.id, title: 'One' }) });
  expect(screen.getByText('One: Done')).toBe(live);
  tell({ type: 'download', item: makeDownload({ id: third.id, state: 'cancelled' }) });
  expect(live).toHaveTextContent('One: Done');
  tell({ type: 'download', item: makeDownload({ id: second.id, title: 'Two', state: 'failed' }) });
  expect(live).toHaveTextContent('Two: Failed');
});
