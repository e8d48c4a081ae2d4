import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderApp } from '@/testing/render.tsx';
import { startServer } from '@/testing/server.ts';
import { CookieForm } from './CookieForm.tsx';

const EXPORT = '# Netscape HTTP Cookie File\n.example.org\tTRUE\t/\tTRUE\t0\tsid\tsecret';
/** jsdom's files have no `text`. */
const fileOf = (name: string): File => Object.assign(new File([EXPORT], name, { type: 'text/plain' }), { text: () => Promise.resolve(EXPORT) });
const paste = () => screen.getByLabelText(/Exported cookies/);

test('sends a file that was chosen, and shows nothing of what is in it', async () => {
  const server = startServer(() => ({ status: 204 }));
  const kept = vi.fn();
  const { user } = renderApp(<CookieForm site="example.org" onKept={kept} />);
  await user.upload(screen.getByLabelText('Choose a file'), fileOf('cookies.txt'));
  expect(await screen.findByText('cookies.txt is ready to be sent.')).toBeInTheDocument();
  expect(paste()).toHaveValue('');
  expect(document.body).not.toHaveTextContent('secret');
  await user.click(screen.getByRole('button', { name: 'Save cookies' }));
  await waitFor(() => { expect(kept).toHaveBeenCalledWith('example.org'); });
  expect(server.asked).toEqual([{ method: 'PUT', path: '/api/cookies/example.org', body: { text: EXPORT } }]);
});

test('takes what is dropped, before the page takes it for links', () => {
  startServer(() => ({ status: 204 }));
  const onPage = vi.fn();
  addEventListener('drop', onPage);
  renderApp(<CookieForm site="example.org" onKept={() => undefined} />);
  fireEvent.drop(paste(), { dataTransfer: { files: [], getData: () => EXPORT } });
  removeEventListener('drop', onPage);
  expect(paste()).toHaveValue(EXPORT);
  expect(onPage).not.toHaveBeenCalled();
});

test('what is dropped as text takes the place of a file that was chosen before', async () => {
  startServer(() => ({ status: 204 }));
  const { user } = renderApp(<CookieForm site="example.org" onKept={() => undefined} />);
  await user.upload(screen.getByLabelText('Choose a file'), fileOf('cookies.txt'));
  await screen.findByText('cookies.txt is ready to be sent.');
  fireEvent.drop(paste(), { dataTransfer: { files: [], getData: () => 'other' } });
  expect(paste()).toHaveValue('other');
  expect(screen.queryByText('cookies.txt is ready to be sent.')).toBeNull();
});

test('says what is wrong on its field, and keeps what was pasted', async () => {
  const message = 'The export for example.org cannot be used: there is no cookie in it.';
  const server = startServer(() => ({ status: 422, body: { detail: message, fix: 'Export them again.', errors: [{ field: 'text', message }] } }));
  const { user } = renderApp(<CookieForm onKept={() => undefined} />);
  await user.click(screen.getByRole('button', { name: 'Save cookies' }));
  expect(screen.getByRole('alert')).toHaveTextContent('Name the site first');
  await user.type(screen.getByLabelText('Site'), 'Example.org');
  await user.click(screen.getByRole('button', { name: 'Save cookies' }));
  expect(screen.getByRole('alert')).toHaveTextContent('Choose a file or paste');
  expect(server.asked).toEqual([]);
  await user.type(paste(), 'nonsense');
  await user.click(screen.getByRole('button', { name: 'Save cookies' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(message);
  expect(paste()).toBeInvalid();
  expect(paste()).toHaveValue('nonsense');
});

test('does not read a file that no export can be', async () => {
  startServer(() => ({ status: 204 }));
  const { user } = renderApp(<CookieForm site="example.org" onKept={() => undefined} />);
  await user.upload(screen.getByLabelText('Choose a file'), new File(['x'.repeat(1_000_001)], 'film.txt'));
  expect(await screen.findByRole('alert')).toHaveTextContent('larger than 1 MB');
});
