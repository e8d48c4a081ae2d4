import { screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { makeDownload } from '@/testing/factory.ts';
import { renderApp } from '@/testing/render.tsx';
import { startServer, type TestServer } from '@/testing/server.ts';
import { Composer } from './Composer.tsx';

const PLAYLIST = {
  url: 'https://example.org/list',
  platform: 'example.org',
  title: 'A list',
  uploader: null,
  duration: null,
  thumbnail: null,
  live: false,
  resolutions: [],
  audio_bytes: null,
  subtitles: [],
  chapters: 0,
  known: [],
  total: 3,
  key: 'list',
  audio: [],
  entries: [
    { url: 'https://example.org/1', title: 'One', duration: 60 },
    { url: 'https://example.org/2', title: 'Two', duration: null },
    { url: 'https://example.org/3', title: 'Three', duration: null },
  ],
};

let server: TestServer;
const field = () => screen.getByRole('textbox', { name: 'Link to a video or a song' });
const wishes = () => server.asked.filter(({ path }) => path.startsWith('/api/downloads')).map(({ body }) => body);

afterEach(() => {
  for (const { id } of toasts.get()) dismissToast(id);
});
beforeEach(() => {
  server = startServer(({ path }) =>
    path === '/api/previews'
      ? { status: 200, body: { ...PLAYLIST, entries: [], title: 'A clip', resolutions: [{ resolution: '720p', bytes: 45_000_000 }] } }
      : { status: 201, body: path.endsWith('/bulk') ? [makeDownload(), makeDownload()] : makeDownload() },
  );
});

describe('the composer', () => {
  test('sends the link with the chosen format on Enter, and empties itself', async () => {
    const { user } = renderApp(<Composer />);
    await user.click(screen.getByRole('radio', { name: 'Audio' }));
    await user.type(field(), 'https://example.org/a{Enter}');
    await waitFor(() => {
      expect(wishes()).toEqual([{ url: 'https://example.org/a', format: 'mp3', resolution: 'best' }]);
    });
    expect(field()).toHaveValue('');
  });

  test('sends many links as one wish, in their order', async () => {
    const { user } = renderApp(<Composer />);
    await user.click(field());
    await user.paste('https://example.org/a\nhttps://example.org/b');
    expect(screen.getByText('2 links')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Download 2' }));
    await waitFor(() => {
      expect(wishes()).toMatchObject([{ urls: ['https://example.org/a', 'https://example.org/b'] }]);
    });
  });

  test('remembers format and resolution', async () => {
    const { user, unmount } = renderApp(<Composer />);
    await user.selectOptions(screen.getByLabelText('Format'), 'MKV');
    await user.selectOptions(screen.getByLabelText('Resolution'), '720p');
    unmount();
    renderApp(<Composer />);
    expect(screen.getByLabelText('Format')).toHaveDisplayValue('MKV');
    expect(screen.getByLabelText('Resolution')).toHaveDisplayValue('720p');
  });

  test('names what is no link and sends nothing', async () => {
    const { user } = renderApp(<Composer />);
    await user.type(field(), 'example{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent('“example” is not a web address');
    expect(field()).toBeInvalid();
    expect(wishes()).toEqual([]);
  });

  test('names a time that is none, leads to it, and sends nothing', async () => {
    const { user } = renderApp(<Composer />);
    await user.type(field(), 'https://example.org/a');
    const from = screen.getByLabelText('from');
    await user.type(from, '1m30');
    await user.type(field(), '{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent('“1m30” is not a time');
    expect(from).toHaveFocus();
    expect(from).toBeInvalid();
    expect(field()).toBeValid();
    expect(wishes()).toEqual([]);
    await user.clear(from);
    await user.type(from, '1:30{Enter}');
    await waitFor(() => {
      expect(wishes()).toMatchObject([{ start: 90 }]);
    });
    expect(from).toHaveValue('');
  });

  test('shows what the link leads to, with the sizes', async () => {
    const { user } = renderApp(<Composer />);
    await user.type(field(), 'https://example.org/a');
    expect(await screen.findByText('A clip')).toBeInTheDocument();
    expect(screen.getByRole('option', { name: '720p · 45 MB' })).toBeInTheDocument();
  });

  test('tells that the medium is there already, whatever link it came by', async () => {
    const known = [{ id: 'x', state: 'done', format: 'mp4', resolution: 'best' }];
    server.answer = () => ({ status: 200, body: { ...PLAYLIST, entries: [], known } });
    const { user } = renderApp(<Composer />);
    await user.type(field(), 'https://example.org/other');
    expect(await screen.findByText('Already in your list: Done, MP4')).toBeInTheDocument();
  });

  test('lets the entries of a list be chosen', async () => {
    server.answer = ({ path }) =>
      path === '/api/previews' ? { status: 200, body: PLAYLIST } : { status: 201, body: path.endsWith('/bulk') ? [makeDownload(), makeDownload()] : makeDownload() };
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    await user.click(await screen.findByRole('checkbox', { name: /Two/ }));
    await user.click(screen.getByRole('button', { name: 'Download 2' }));
    await waitFor(() => {
      expect(wishes()).toMatchObject([{ entries: [PLAYLIST.entries[0], PLAYLIST.entries[2]] }]);
    });
  });

  test('shows all entries of a list that is longer than its preview', async () => {
    const more = { url: 'https://example.org/4', title: 'Four' };
    server.answer = ({ path }) =>
      path === '/api/previews'
        ? { status: 200, body: { ...PLAYLIST, total: 4 } }
        : { status: 200, body: { items: [...PLAYLIST.entries, more], total: 4, complete: true } };
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    expect(await screen.findByRole('checkbox', { name: /Four/ })).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Download 4' })).toBeInTheDocument();
  });

  test('says why a link cannot be had, and still lets it be tried', async () => {
    server.answer = ({ path }) =>
      path === '/api/previews'
        ? { status: 422, body: { detail: 'There is nothing at this address.', fix: 'Check it.' } }
        : { status: 201, body: path.endsWith('/bulk') ? [makeDownload(), makeDownload()] : makeDownload() };
    const { user } = renderApp(<Composer />);
    await user.type(field(), 'https://example.org/none');
    expect(await screen.findByText('There is nothing at this address. Check it.')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Download' })).toBeEnabled();
  });

  test('gets the links back that were refused, in front of what was typed meanwhile', async () => {
    let refuse = (): void => undefined;
    const later = new Promise<void>((resolve) => { refuse = resolve; });
    const answer = server.answer;
    server.answer = (asked) =>
      asked.path.endsWith('/bulk') ? { status: 422, body: { detail: 'No space is left.' }, after: later } : answer(asked);
    const { user } = renderApp(<Composer />);
    await user.click(field());
    await user.paste('https://example.org/a\nhttps://example.org/b');
    await user.keyboard('{Enter}');
    expect(field()).toHaveValue('');
    await user.type(field(), 'https://exam');
    refuse();
    await waitFor(() => {
      expect(field()).toHaveValue('https://example.org/a\nhttps://example.org/b\nhttps://exam');
    });
    expect(toasts.get()).toMatchObject([{ detail: 'No space is left.' }]);
  });

  test('is found filled with what was refused while another page was shown', async () => {
    server.answer = () => ({ status: 422, body: { detail: 'No space is left.' } });
    const { user, unmount } = renderApp(<Composer />);
    await user.type(field(), 'https://example.org/a{Enter}');
    unmount();
    await waitFor(() => {
      expect(sessionStorage.getItem('draft')).toContain('https://example.org/a');
    });
    renderApp(<Composer />);
    expect(field()).toHaveValue('https://example.org/a');
  });

  test('does not get back what is there already: the notice offers it again', async () => {
    server.answer = () => ({ status: 409, body: { detail: 'It is there already.' } });
    const { user } = renderApp(<Composer />);
    await user.type(field(), 'https://example.org/a{Enter}');
    await waitFor(() => {
      expect(toasts.get()).toMatchObject([{ action: { label: 'Download again' } }]);
    });
    expect(field()).toHaveValue('');
  });

  test('sends more links than the backend takes at once in parts, in their order', async () => {
    const { user } = renderApp(<Composer />);
    await user.click(field());
    await user.paste(Array.from({ length: 1002 }, (_, at) => `https://example.org/${at.toString()}`).join('\n'));
    await user.keyboard('{Enter}');
    await waitFor(() => {
      expect(wishes().map((wish) => (wish as { urls: string[] }).urls.length)).toEqual([1000, 2]);
    });
  });

  test('takes what is pasted after a choice has been made', async () => {
    const { user } = renderApp(<Composer />);
    await user.click(screen.getByRole('radio', { name: 'Audio' }));
    await user.paste('https://example.org/a');
    expect(field()).toHaveValue('https://example.org/a');
    expect(field()).toHaveFocus();
  });

  test('lets go of the keyboard on Escape', async () => {
    const { user } = renderApp(<Composer />);
    expect(field()).toHaveFocus();
    await user.keyboard('{Escape}');
    expect(document.body).toHaveFocus();
  });

  test('keeps a half-typed link over a reload', async () => {
    const { user, unmount } = renderApp(<Composer />);
    await user.type(field(), 'https://exam');
    unmount();
    renderApp(<Composer />);
    expect(field()).toHaveValue('https://exam');
  });

  test('takes what another app has shared, and clears the address', () => {
    history.replaceState(null, '', '/?text=Look%20https%3A%2F%2Fexample.org%2Fa');
    renderApp(<Composer />);
    expect(field()).toHaveValue('https://example.org/a');
    expect(location.search).toBe('');
  });
});
