import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { undoLatest } from '@/stores/undo.ts';
import { renderApp } from '@/testing/render.tsx';
import { startServer } from '@/testing/server.ts';
import { LeftoversSection } from './LeftoversSection.tsx';

/** A backend that keeps something of two failed downloads. */
function keeping() {
  let kept = [
    { id: 'a', title: 'A long film', url: 'https://a.test/1', bytes: 1_500_000_000 },
    { id: 'b', title: null, url: 'https://b.test/2', bytes: 500_000_000 },
  ];
  return startServer(({ method, path }) => {
    if (method === 'GET') return { status: 200, body: kept };
    const item = new URL(path, 'http://x').searchParams.get('item');
    kept = kept.filter(({ id }) => item !== null && id !== item);
    return { status: 204 };
  });
}

/** The time to undo is over. */
function closeToasts(): void {
  act(() => {
    for (const { id } of toasts.get()) dismissToast(id);
  });
}

describe('what is kept of failed downloads', () => {
  test('is shown with its size and cleared one by one', async () => {
    keeping();
    const { user } = renderApp(<LeftoversSection />);
    expect(await screen.findByText('A long film')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Delete all (2 GB)' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Delete what is left of A long film' }));
    expect(await screen.findByRole('button', { name: 'Delete all (500 MB)' })).toBeVisible();
    expect(screen.queryByText('A long film')).toBeNull();
    closeToasts();
  });

  test('is cleared at once, and then there is nothing', async () => {
    const server = keeping();
    const { user } = renderApp(<LeftoversSection />);
    await user.click(await screen.findByRole('button', { name: /Delete all/ }));
    expect(await screen.findByText('No parts are left over.')).toBeVisible();
    closeToasts();
    await waitFor(() => {
      expect(server.asked).toContainEqual({ method: 'DELETE', path: '/api/leftovers', body: null });
    });
  });

  test('comes back when that is undone, and nothing was deleted', async () => {
    const server = keeping();
    const { user } = renderApp(<LeftoversSection />);
    await user.click(await screen.findByRole('button', { name: /Delete all/ }));
    expect(screen.getByText('No parts are left over.')).toBeVisible();
    act(() => {
      undoLatest();
    });
    expect(screen.getByText('A long film')).toBeVisible();
    expect(server.asked.map(({ method }) => method)).toEqual(['GET']);
  });
});
