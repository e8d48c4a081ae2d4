import { onlineManager } from '@tanstack/react-query';
import { act, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeDone } from '@/testing/factory.ts';
import { renderApp } from '@/testing/render.tsx';
import { startServer, type TestServer } from '@/testing/server.ts';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import Library from './Library.tsx';

vi.stubGlobal('ResizeObserver', class {
  observe = vi.fn();
  disconnect = vi.fn();
  unobserve = vi.fn();
});

const items = ['Ant', 'Bee', 'Cat', 'Dog'].map((title) => makeDone({ title }));
const idsOf = (...titles: string[]) =>
  items.filter(({ title }) => titles.includes(title ?? '')).map(({ id }) => id);

const NOW = '2026-01-31T12:30:00.000Z';
let server: TestServer;

beforeEach(() => {
  history.replaceState(null, '', '/library');
  localStorage.setItem('layout', '"list"');
  vi.stubGlobal('scrollTo', vi.fn());
  server = startServer(({ method }) =>
    method === 'GET' ? { status: 200, body: { items, next: null, total: items.length, as_of: NOW } } : { status: 204 },
  );
});
afterEach(() => {
  onlineManager.setOnline(true);
});

function lists(): URLSearchParams[] {
  return server.asked
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => new URL(path, 'http://localhost').searchParams);
}

function deletions(): unknown[] {
  return server.asked.filter(({ method }) => method !== 'GET').map(({ body }) => body);
}

async function startPicking() {
  const { user } = renderApp(<Library />);
  await screen.findByText('Ant');
  await user.click(screen.getByRole('button', { name: 'Select' }));
  return user;
}

/** The time to undo is over. */
function closeToasts(): void {
  act(() => {
    for (const { id } of toasts.get()) dismissToast(id);
  });
}

function boxOf(title: string): HTMLElement {
  return screen.getByRole('checkbox', { name: `Select ${title}` });
}

describe('the library', () => {
  test('is cut and sorted by the backend, and sorted the same way at the next visit', async () => {
    const { user, unmount } = renderApp(<Library />);
    await screen.findByText('Ant');
    await user.selectOptions(screen.getByLabelText('Sort by'), 'Size');
    await user.click(screen.getByRole('radio', { name: 'Audio' }));
    await waitFor(() => {
      const last = lists().at(-1);
      expect([last?.get('state'), last?.get('sort'), last?.get('kind')]).toEqual(['done', 'largest', 'audio']);
    });
    unmount();
    renderApp(<Library />);
    expect(screen.getByLabelText('Sort by')).toHaveValue('largest');
  });
});

describe('what is selected', () => {
  test('is deleted with its files in one request, once that is confirmed', async () => {
    const user = await startPicking();
    await user.click(boxOf('Ant'));
    await user.click(boxOf('Cat'));
    expect(screen.getByText('2 selected')).toBeVisible();
    await user.click(within(screen.getByRole('toolbar')).getByRole('button', { name: 'Delete' }));
    expect(deletions()).toEqual([]);
    const asked = await screen.findByRole('alertdialog', { name: 'Delete 2 entries and their files?' });
    await user.click(within(asked).getByRole('button', { name: 'Delete' }));
    closeToasts();
    await waitFor(() => {
      expect(deletions()).toEqual([{ ids: idsOf('Ant', 'Cat'), file: true }]);
    });
    expect(screen.queryByRole('toolbar')).toBeNull();
  });

  test('spans from one entry to another with Shift', async () => {
    const user = await startPicking();
    await user.click(boxOf('Bee'));
    await user.keyboard('{Shift>}');
    await user.click(boxOf('Dog'));
    await user.keyboard('{/Shift}');
    expect(screen.getByText('3 selected')).toBeVisible();
    expect(boxOf('Ant')).not.toBeChecked();
  });

  test('may be more than what is loaded: then it is named by what the list shows', async () => {
    server.answer = ({ method, path }) => {
      if (method !== 'GET') return { status: 200, body: { deleted: 9, refused: [] } };
      if (path.includes('cursor')) return { status: 200, after: new Promise(() => undefined) }; // still on its way
      return { status: 200, body: { items, next: 'c', total: 10_000, as_of: NOW } };
    };
    const user = await startPicking();
    expect(screen.getByText('10,000 entries')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Select all 10,000' }));
    await user.click(boxOf('Bee'));
    expect(screen.getByText('9,999 selected')).toBeVisible();
    expect([boxOf('Ant'), boxOf('Bee')].map((box) => (box as HTMLInputElement).checked)).toEqual([true, false]);
    await user.click(screen.getByRole('button', { name: 'Remove' }));
    await waitFor(() => {
      expect(screen.queryByText('Ant')).toBeNull();
    });
    expect(screen.getByText('Bee')).toBeVisible();
    expect(screen.getByText('1 entry')).toBeVisible();
    closeToasts();
    await waitFor(() => {
      expect(deletions()).toEqual([{ q: null, kind: null, as_of: NOW, but: idsOf('Bee'), file: false }]);
    });
  });

  test('is forgotten on Escape', async () => {
    const user = await startPicking();
    await user.click(screen.getByRole('button', { name: 'Select all 4' }));
    expect(screen.getByText('4 selected')).toBeVisible();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('toolbar')).toBeNull();
    expect(screen.queryByRole('checkbox')).toBeNull();
  });

  test('leaves at once although the backend is away, and is sent when it is back', async () => {
    const user = await startPicking();
    act(() => {
      onlineManager.setOnline(false);
    });
    await user.click(boxOf('Bee'));
    await user.click(boxOf('Cat'));
    await user.click(screen.getByRole('button', { name: 'Remove' }));
    await waitFor(() => {
      expect(screen.queryByText('Bee')).toBeNull();
    });
    expect(screen.getByText('Ant')).toBeVisible();
    expect(deletions()).toEqual([]);
    closeToasts();
    act(() => {
      onlineManager.setOnline(true);
    });
    await waitFor(() => {
      expect(deletions()).toEqual([{ ids: idsOf('Bee', 'Cat'), file: false }]);
    });
  });
});
