import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dismissToast, toasts } from '@/stores/toasts.ts';
import { makeDownload } from '@/testing/factory.ts';
import { DEFAULTS } from '@/entities/profile/profile.ts';
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

const PROFILES = [
  { id: 'plays-everywhere', name: 'Plays everywhere', own: false, default: true, choices: DEFAULTS },
  { id: 'podcast', name: 'Podcast', own: false, default: false, choices: { ...DEFAULTS, format: 'mp3', audio_bitrate: 128 } },
];
const MANY = Array.from({ length: 12 }, (_, at) => ({ url: `https://example.org/${(at + 1).toString()}`, title: `Part ${(at + 1).toString()}` }));

const FOURTH = { url: 'https://example.org/4', title: 'Four' };

let server: TestServer;
let answer: TestServer['answer'];
let profiles: readonly unknown[];
/** Has a list of four begin with three of them; the rest comes when what this returns is called. */
function restIsHeldUp(): () => void {
  let arrive = (): void => undefined;
  const later = new Promise<void>((resolve) => { arrive = resolve; });
  answer = ({ path }) =>
    path === '/api/previews'
      ? { status: 200, body: { ...PLAYLIST, total: 4 } }
      : { status: 200, body: { items: [...PLAYLIST.entries, FOURTH], total: 4, complete: true }, after: later };
  return arrive;
}

const field = () => screen.getByRole('textbox', { name: 'Link to a video or a song' });
const wishes = () => server.asked.filter(({ path }) => path.startsWith('/api/downloads')).map(({ body }) => body);

afterEach(() => {
  for (const { id } of toasts.get()) dismissToast(id);
});
beforeEach(() => {
  profiles = PROFILES;
  answer = ({ path }) =>
    path === '/api/previews'
      ? { status: 200, body: { ...PLAYLIST, entries: [], title: 'A clip', resolutions: [{ resolution: '720p', bytes: 45_000_000 }] } }
      : { status: 201, body: path.endsWith('/bulk') ? [makeDownload(), makeDownload()] : makeDownload() };
  server = startServer((asked) => {
    if (asked.path === '/api/profiles' && asked.method === 'GET') return { status: 200, body: profiles };
    if (asked.path === '/api/folders') return { status: 200, body: [] };
    if (asked.path.startsWith('/api/naming')) return { status: 200, body: { template: '{title}.{ext}', video_folder: '', audio_folder: '', path: 'A walk.mp4' } };
    return answer(asked);
  });
});

describe('the composer', () => {
  test('sends the link with the chosen format on Enter, and empties itself', async () => {
    const { user } = renderApp(<Composer />);
    await user.click(screen.getByRole('radio', { name: 'Audio' }));
    await user.type(field(), 'https://example.org/a{Enter}');
    await waitFor(() => {
      expect(wishes()).toEqual([{ url: 'https://example.org/a', format: 'mp3' }]);
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
    await user.click(screen.getByText('More options'));
    const from = await screen.findByLabelText('from');
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
    answer = () => ({ status: 200, body: { ...PLAYLIST, entries: [], known } });
    const { user } = renderApp(<Composer />);
    await user.type(field(), 'https://example.org/other');
    expect(await screen.findByText('Already in your list: Done, MP4')).toBeInTheDocument();
  });

  test('lets the entries of a list be chosen', async () => {
    answer = ({ path }) =>
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
    answer = ({ path }) =>
      path === '/api/previews'
        ? { status: 200, body: { ...PLAYLIST, total: 4 } }
        : { status: 200, body: { items: [...PLAYLIST.entries, FOURTH], total: 4, complete: true } };
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    expect(await screen.findByRole('checkbox', { name: /Four/ })).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Download 4' })).toBeInTheDocument();
  });

  test('takes no part of a list for the whole: waits for the rest, says that it failed, and tries again', async () => {
    let arrive = (): void => undefined;
    let fails = true;
    let later = new Promise<void>((resolve) => { arrive = resolve; });
    answer = ({ path }) => {
      if (path === '/api/previews') return { status: 200, body: { ...PLAYLIST, total: 4 } };
      if (path.startsWith('/api/downloads')) return { status: 201, body: [makeDownload(), makeDownload()] };
      if (fails) return { status: 422, body: { detail: 'The site took too long.', fix: 'Try again later.' }, after: later };
      return { status: 200, body: { items: [...PLAYLIST.entries, FOURTH], total: 4, complete: true } };
    };
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    expect(await screen.findByText('Loading the rest of the list…')).toBeInTheDocument();
    expect(screen.getByText('example.org · 3 of 4 entries')).toBeInTheDocument();
    expect(screen.getByText('3 of 4 selected')).toBeInTheDocument();
    expect(screen.getByRole('checkbox', { name: /The first 3/ })).toBeChecked();
    expect(screen.getByRole('button', { name: 'Download 4' })).toHaveAttribute('aria-disabled', 'true');
    await user.type(field(), '{Enter}');
    expect(wishes()).toEqual([]);

    arrive();
    expect(await screen.findByText('The rest of the list could not be loaded. The site took too long. Try again later.')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Download the first 3' })).not.toHaveAttribute('aria-disabled');

    fails = false;
    later = Promise.resolve();
    await user.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await screen.findByRole('checkbox', { name: /All 4/ })).toBeChecked();
    expect(screen.getByText('example.org · 4 entries')).toBeInTheDocument();
    expect(screen.queryByText(/could not be loaded/)).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Download 4' }));
    await waitFor(() => {
      expect(wishes()).toMatchObject([{ entries: [...PLAYLIST.entries, FOURTH] }]);
    });
  });

  test.each([
    [null, 'example.org · first 4 entries', '4 selected'],
    [9, 'example.org · 4 of 9 entries', '4 of 9 selected'],
  ])('says that a list of %s is longer than what can be shown of it', async (total, length, selected) => {
    answer = ({ path }) =>
      path === '/api/previews'
        ? { status: 200, body: { ...PLAYLIST, total } }
        : { status: 200, body: { items: [...PLAYLIST.entries, FOURTH], total: 4, complete: false } };
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    expect(await screen.findByText('The site lists more than 4; these are the first 4.')).toBeInTheDocument();
    expect(screen.getByText(length)).toBeInTheDocument();
    expect(screen.getByText(selected)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Download the first 4' })).toBeInTheDocument();
    await user.click(screen.getByRole('checkbox', { name: /Two/ }));
    expect(screen.getByRole('button', { name: 'Download 3' })).toBeInTheDocument();
  });

  test('has a list looked at again that the backend knows no more', async () => {
    let looks = 0;
    answer = ({ path }) => {
      if (path === '/api/previews') {
        looks += 1;
        return { status: 200, body: { ...PLAYLIST, total: 4 } };
      }
      if (looks < 2) return { status: 404, body: { detail: 'This preview is not kept any more.' } };
      return { status: 200, body: { items: [...PLAYLIST.entries, FOURTH], total: 4, complete: true } };
    };
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    expect(await screen.findByRole('button', { name: 'Download 4' })).toBeInTheDocument();
    expect(looks).toBe(2);
  });

  test('adds nothing to what was chosen one by one while the rest of a list was loading', async () => {
    const arrive = restIsHeldUp();
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    await user.click(await screen.findByRole('checkbox', { name: /The first 3/ }));
    await user.click(screen.getByRole('checkbox', { name: /One/ }));
    await user.click(screen.getByRole('checkbox', { name: /Two/ }));
    expect(screen.getByRole('button', { name: 'Download 2' })).not.toHaveAttribute('aria-disabled');
    arrive();
    expect(await screen.findByRole('checkbox', { name: /Four/ })).not.toBeChecked();
    expect(screen.getByRole('button', { name: 'Download 2' })).toBeInTheDocument();
  });

  test('keeps what was left out of a list when the rest of its entries arrive', async () => {
    const arrive = restIsHeldUp();
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    await user.click(await screen.findByRole('checkbox', { name: /Two/ }));
    arrive();
    expect(await screen.findByRole('checkbox', { name: /Four/ })).toBeChecked();
    expect(screen.getByRole('checkbox', { name: /Two/ })).not.toBeChecked();
    expect(screen.getByRole('button', { name: 'Download 3' })).toBeInTheDocument();
  });

  test('shows a list on while it is looked at again', async () => {
    let looks = 0;
    let end = (): void => undefined;
    const later = new Promise<void>((resolve) => { end = resolve; });
    answer = ({ path }) => {
      if (path !== '/api/previews') return { status: 404, body: {} };
      looks += 1;
      return { status: 200, body: PLAYLIST, ...(looks > 1 ? { after: later } : {}) };
    };
    const { user, client } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    const second = await screen.findByRole('checkbox', { name: /Two/ });
    await user.click(second);
    void client.invalidateQueries({ queryKey: ['preview'] });
    await waitFor(() => {
      expect(looks).toBe(2);
    });
    expect(second).toBeInTheDocument();
    expect(second).toHaveFocus();
    end();
    await waitFor(() => {
      expect(client.isFetching()).toBe(0);
    });
    expect(second).not.toBeChecked();
  });

  test('says why a link cannot be had, and still lets it be tried', async () => {
    answer = ({ path }) =>
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
    const before = answer;
    answer = (asked) =>
      asked.path.endsWith('/bulk') ? { status: 422, body: { detail: 'No space is left.' }, after: later } : before(asked);
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
    answer = () => ({ status: 422, body: { detail: 'No space is left.' } });
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
    answer = () => ({ status: 409, body: { detail: 'It is there already.' } });
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

  test('leaves its field on Escape for the button, and the keyboard to nobody', async () => {
    const { user } = renderApp(<Composer />);
    expect(field()).toHaveFocus();
    await user.keyboard('{Escape}');
    expect(screen.getByRole('button', { name: 'Download' })).toHaveFocus();
  });

  test('takes what is dropped on the page, not what belongs to another field or lies in front', () => {
    renderApp(
      <>
        <Composer />
        <input aria-label="other" />
        <div role="dialog">in front</div>
      </>,
    );
    const drop = (target: Element, types: string[]): boolean =>
      fireEvent.drop(target, { dataTransfer: { types, files: [], getData: (type: string) => (types.includes(type) ? 'https://example.org/a' : '') } });
    expect(drop(screen.getByLabelText('other'), ['text/plain'])).toBe(true);
    expect(drop(screen.getByText('in front'), ['text/plain'])).toBe(false);
    expect(field()).toHaveValue('');
    expect(drop(screen.getByLabelText('other'), ['Files'])).toBe(false);
    expect(drop(document.body, ['text/plain'])).toBe(false);
    expect(field()).toHaveValue('https://example.org/a');
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

  test('takes a profile, and sends only what differs from it', async () => {
    const { user } = renderApp(<Composer />);
    await user.selectOptions(await screen.findByLabelText('Profile'), 'Podcast');
    await user.click(screen.getByText('More options'));
    expect(screen.getByLabelText('Format')).toHaveDisplayValue('MP3');
    expect(await screen.findByLabelText('Bit rate')).toHaveDisplayValue('128 kbit/s');
    await user.selectOptions(screen.getByLabelText('Bit rate'), '320 kbit/s');
    expect(screen.getByLabelText('Profile')).toHaveDisplayValue('Podcast, changed');
    await user.type(field(), 'https://example.org/a{Enter}');
    await waitFor(() => {
      expect(wishes()).toEqual([{ url: 'https://example.org/a', profile: 'podcast', audio_bitrate: 320 }]);
    });
  });

  test('says nothing of a profile where the default one is taken', async () => {
    const { user } = renderApp(<Composer />);
    await screen.findByLabelText('Profile');
    await user.click(screen.getByText('More options'));
    await user.selectOptions(await screen.findByLabelText('Codecs'), 'Best quality');
    await user.type(field(), 'https://example.org/a{Enter}');
    await waitFor(() => {
      expect(wishes()).toEqual([{ url: 'https://example.org/a', codecs: 'best' }]);
    });
  });

  test('takes the profile that the bookmarklet names', async () => {
    history.replaceState(null, '', '/?url=https%3A%2F%2Fexample.org%2Fa&profile=podcast');
    const { user } = renderApp(<Composer />);
    expect(await screen.findByLabelText('Profile')).toHaveDisplayValue('Podcast');
    await user.click(screen.getByRole('button', { name: 'Download' }));
    await waitFor(() => {
      expect(wishes()).toEqual([{ url: 'https://example.org/a', profile: 'podcast' }]);
    });
  });

  test('keeps what was changed under a name, and says of a name why it cannot be', async () => {
    const before = answer;
    const made = { id: 'own', name: 'Car', own: true, default: false, choices: { ...DEFAULTS, format: 'opus' } };
    let taken = true;
    answer = (asked) => {
      if (asked.path !== '/api/profiles') return before(asked);
      if (!taken) return { status: 201, body: made };
      const message = 'There is a profile called Car already.';
      return { status: 422, body: { detail: message, fix: 'Choose another name.', errors: [{ field: 'name', message }] } };
    };
    const { user } = renderApp(<Composer />);
    await screen.findByLabelText('Profile');
    await user.click(screen.getByText('More options'));
    expect(await screen.findByText('Embed')).toBeInTheDocument();
    expect(screen.queryByLabelText('Name of the profile')).not.toBeInTheDocument();
    await user.click(screen.getByRole('radio', { name: 'Audio' }));
    await user.type(screen.getByLabelText('Name of the profile'), 'Car{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('There is a profile called Car already. Choose another name.');
    expect(screen.getByLabelText('Name of the profile')).toBeInvalid();
    taken = false;
    profiles = [...PROFILES, made];
    await user.click(screen.getByRole('button', { name: 'Save as new' }));
    await waitFor(() => {
      expect(screen.getByLabelText('Profile')).toHaveDisplayValue('Car');
    });
    expect(wishes()).toEqual([]);
  });

  test('finds and chooses among the entries of a long list', async () => {
    answer = ({ path }) =>
      path === '/api/previews'
        ? { status: 200, body: { ...PLAYLIST, entries: MANY, total: MANY.length } }
        : { status: 201, body: path.endsWith('/bulk') ? [makeDownload()] : makeDownload() };
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    await user.type(await screen.findByLabelText('Numbers (1-20, last 10)'), '40{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent('Give numbers from 1 to 12');
    await user.clear(screen.getByLabelText('Numbers (1-20, last 10)'));
    await user.type(screen.getByLabelText('Numbers (1-20, last 10)'), '2-3{Enter}');
    expect(screen.getByRole('button', { name: 'Download 2' })).toBeInTheDocument();
    await user.type(screen.getByRole('searchbox', { name: 'Search this list' }), 'part 12');
    await user.click(await screen.findByRole('checkbox', { name: /Select the 1 found/ }));
    await user.click(screen.getByRole('button', { name: 'Download 3' }));
    await waitFor(() => {
      expect(wishes()).toMatchObject([{ entries: [MANY[1], MANY[2], MANY[11]] }]);
    });
  });

  test('downloads a list in the order that was chosen, and knows the first and the last of it', async () => {
    const dated = MANY.map((entry, at) => ({ ...entry, date: `2026-01-${(at + 1).toString().padStart(2, '0')}` }));
    answer = ({ path }) =>
      path === '/api/previews'
        ? { status: 200, body: { ...PLAYLIST, entries: dated, total: dated.length } }
        : { status: 201, body: path.endsWith('/bulk') ? [makeDownload()] : makeDownload() };
    const { user } = renderApp(<Composer />);
    await user.type(field(), PLAYLIST.url);
    await user.selectOptions(await screen.findByLabelText('Order'), 'Newest first');
    expect(screen.getAllByRole('checkbox').slice(1, 3).map(({ parentElement }) => parentElement?.textContent)).toEqual(['12. Part 12', '11. Part 11']);
    await user.type(screen.getByLabelText('Numbers (1-20, last 10)'), 'first 1, last 2{Enter}');
    await user.click(screen.getByRole('button', { name: 'Download 3' }));
    await waitFor(() => {
      expect(wishes()).toMatchObject([{ entries: [dated[11], dated[1], dated[0]] }]);
    });
  });

  test('shows and sends the size that will be fetched, and keeps the chosen one for the next link', async () => {
    const wide = [{ resolution: '1600p', bytes: null }, { resolution: '532p', bytes: 9_000_000 }];
    answer = ({ path }) =>
      path === '/api/previews'
        ? { status: 200, body: { ...PLAYLIST, entries: [], total: null, resolutions: wide } }
        : { status: 201, body: makeDownload() };
    const { user } = renderApp(<Composer />);
    await user.selectOptions(screen.getByLabelText('Resolution'), '1440p');
    await user.type(field(), 'https://example.org/wide');
    expect(await screen.findByText('1440p is not available; 532p will be downloaded.')).toBeInTheDocument();
    expect(screen.getByLabelText('Resolution')).toHaveDisplayValue('532p · 9 MB');
    expect(screen.queryByRole('option', { name: '1440p' })).not.toBeInTheDocument();
    await user.type(field(), '{Enter}');
    await waitFor(() => {
      expect(wishes()).toEqual([{ url: 'https://example.org/wide', resolution: '532p' }]);
    });
    expect(screen.getByLabelText('Resolution')).toHaveDisplayValue('1440p');
    expect(screen.queryByText(/is not available/)).not.toBeInTheDocument();
  });
});
