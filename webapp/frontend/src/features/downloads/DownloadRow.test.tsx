import { render, screen } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import type { Download } from '@/api/types.ts';
import { makeDone, makeDownload, makeRunning } from '@/testing/factory.ts';
import { renderApp } from '@/testing/render.tsx';
import { DownloadRow } from './DownloadRow.tsx';

describe('a row', () => {
  test('says how far a running download is, in words and as a progress bar', () => {
    renderApp(<DownloadRow download={makeRunning(0.426)} onChange={vi.fn()} />);
    const bar = screen.getByRole('progressbar', { name: 'Progress of A clip' });
    expect(bar).toHaveAttribute('aria-valuenow', '42');
    expect(screen.getByRole('listitem')).toHaveTextContent('Downloading42%852 kB of 2 MB500 kB/s1:15 leftMP4');
  });

  test('says why a download failed and what to do', () => {
    const error = { kind: 'not-found', sentence: 'There is nothing at this address.', fix: 'Check the link.', values: {} };
    renderApp(<DownloadRow download={makeDownload({ state: 'failed', error })} onChange={vi.fn()} />);
    expect(screen.getByText(/There is nothing at this address/)).toHaveTextContent('Check the link.');
  });

  test.each([
    ['queued', ['Pause', 'Cancel']],
    ['running', ['Pause', 'Cancel']],
    ['paused', ['Resume', 'Cancel']],
    ['failed', ['Retry']],
    ['cancelled', ['Retry']],
  ] as const)('offers what can be done to a %s one', async (state, names) => {
    const onChange = vi.fn();
    const download = makeDownload({ state });
    const { user } = renderApp(<DownloadRow download={download} onChange={onChange} />);
    const buttons = screen.getAllByRole('button').map((button) => button.title);
    expect(buttons).toEqual([...names, 'More actions']);
    await user.click(screen.getByTitle(names[0]));
    expect(onChange).toHaveBeenCalledOnce();
  });

  test.each(['running', 'paused', 'failed'] as const)('offers to keep what there is of a %s recording', async (state) => {
    const onChange = vi.fn();
    const download = makeDownload({ state, live: true });
    const { user } = renderApp(<DownloadRow download={download} onChange={onChange} />);
    await user.click(screen.getByTitle('Stop and keep'));
    expect(onChange).toHaveBeenCalledWith({ ids: [download.id], action: 'stop' });
  });

  test('says when a recording that is waited for begins', () => {
    const error = { kind: 'not-begun', sentence: 'The stream has not begun (2026-01-31 20:00 UTC).', fix: 'It is recorded by itself once it begins.', values: {} };
    renderApp(<DownloadRow download={makeDownload({ state: 'queued', live: true, error })} onChange={vi.fn()} />);
    expect(screen.getByText(/2026-01-31 20:00 UTC/)).toBeVisible();
  });

  test.each([
    [{}, 'example.org'],
    [{ site: 'films.example' }, 'films.example'],
  ])('takes the cookies of the site that refused, be it behind a redirect', async (values, site) => {
    const error = { kind: 'forbidden', sentence: 'The site refused access.', fix: 'Export your cookies.', values };
    const download = makeDownload({ state: 'failed', url: 'https://www.example.org/a', error });
    const { user } = renderApp(<DownloadRow download={download} onChange={vi.fn()} />);
    await user.click(screen.getByRole('button', { name: 'Add cookies' }));
    expect(await screen.findByRole('dialog', { name: `Cookies for ${site}` })).toBeVisible();
  });

  test('says that a file was lost, and gets it again', async () => {
    const onChange = vi.fn();
    const done = makeDone();
    const download = { ...done, file: done.file && { ...done.file, missing: true } };
    const { user } = renderApp(<DownloadRow download={download} onChange={onChange} />);
    expect(screen.getByRole('listitem')).toHaveTextContent('File is missing');
    expect(screen.queryByRole('link')).toBeNull();
    await user.click(screen.getByTitle('Download again'));
    expect(onChange).toHaveBeenCalledWith({ ids: [download.id], action: 'retry' });
  });

  test('offers to play only what a browser can', () => {
    const file = { name: 'a.mkv', bytes: 1, mime: 'video/x-matroska', playable: false, missing: false };
    renderApp(<DownloadRow download={makeDone({ file })} onChange={vi.fn()} />);
    expect(screen.queryByTitle('Play')).toBeNull();
    expect(screen.getByRole('link', { name: 'Save: A clip' })).toHaveAttribute('download', 'a.mkv');
  });

  test('is not drawn again while another one moves', () => {
    const onChange = vi.fn();
    const title = vi.fn(() => 'Still');
    const still = Object.defineProperty(makeRunning(0.1), 'title', { get: title });
    const List = ({ moving }: { moving: Download }) => (
      <ul>
        <DownloadRow download={still} onChange={onChange} />
        <DownloadRow download={moving} onChange={onChange} />
      </ul>
    );
    const { rerender } = render(<List moving={makeRunning(0, { id: 'moving' })} />);
    const looks = title.mock.calls.length;
    for (let step = 1; step <= 20; step += 1) {
      rerender(<List moving={makeRunning(step / 20, { id: 'moving' })} />);
    }
    expect(screen.getAllByRole('progressbar')[1]).toHaveAttribute('aria-valuenow', '100');
    expect(title).toHaveBeenCalledTimes(looks);
  });

  test('says what is missing from a finished file', () => {
    const note = { kind: 'missing-subtitles', sentence: 'The subtitles (de) are missing.', fix: 'Retry.', values: {} };
    renderApp(<DownloadRow download={makeDownload({ state: 'done', notes: [note] })} onChange={vi.fn()} />);
    expect(screen.getByText(/The subtitles \(de\) are missing/)).toBeInTheDocument();
  });
});
