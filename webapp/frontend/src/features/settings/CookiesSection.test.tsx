import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { undoLatest } from '@/stores/undo.ts';
import { renderApp } from '@/testing/render.tsx';
import { startServer } from '@/testing/server.ts';
import { CookiesSection } from './CookiesSection.tsx';

const SITE = 'example.org';
const FORGET = { name: `Delete the cookies for ${SITE}` };

/** A backend that has cookies of one site. */
function having() {
  let sites = [SITE];
  return startServer(({ method }) => {
    if (method === 'DELETE') sites = [];
    if (method !== 'GET') return { status: 204 };
    return { status: 200, body: sites.map((site) => ({ site, problem: null, fix: null, kind: null, values: {} })) };
  });
}

/** The time to undo is over. */
function closeToasts(): void {
  act(() => {
    for (const { id } of toasts.get()) dismissToast(id);
  });
}

afterEach(closeToasts);

test('cookies that are deleted come back when that is undone', async () => {
  const server = having();
  const { user } = renderApp(<CookiesSection />);
  await user.click(await screen.findByRole('button', FORGET));
  expect(screen.queryByRole('button', FORGET)).toBeNull();
  expect(toasts.get()).toMatchObject([{ title: 'Cookies deleted', detail: SITE }]);
  act(() => {
    undoLatest();
  });
  expect(screen.getByRole('button', FORGET)).toBeVisible();
  closeToasts();
  expect(server.asked.map(({ method }) => method)).toEqual(['GET']);
});

test('they are deleted when the time is over', async () => {
  const server = having();
  const { user } = renderApp(<CookiesSection />);
  await user.click(await screen.findByRole('button', FORGET));
  closeToasts();
  await waitFor(() => {
    expect(server.asked).toContainEqual({ method: 'DELETE', path: `/api/cookies/${SITE}`, body: null });
  });
});

test('new ones for the same site are not deleted in place of the former ones', async () => {
  const server = having();
  const { user } = renderApp(<CookiesSection />);
  await user.click(await screen.findByRole('button', FORGET));
  await user.type(screen.getByLabelText('Site'), SITE);
  await user.type(screen.getByLabelText(/Exported cookies/), 'new');
  await user.click(screen.getByRole('button', { name: 'Save cookies' }));
  expect(await screen.findByRole('button', FORGET)).toBeVisible();
  expect(toasts.get()).toEqual([]);
  closeToasts();
  await waitFor(() => {
    expect(server.asked.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET']);
  });
});
