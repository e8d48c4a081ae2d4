/** Tells when a download has come to its end, done or failed, since the page was opened. */
import { onBackendEvent } from '@/api/event-stream.ts';
import { isUnfinished, type Download } from '@/api/types.ts';

const latest = (items: readonly Download[]): string =>
  items.reduce((last, { finished }) => (finished !== null && finished > last ? finished : last), '');

export function onFinished(listener: (download: Download) => void): () => void {
  const underWay = new Set<string>();
  /** When each download ended that was heard of: an end is told once. */
  const ends = new Map<string, string | null>();
  /** The last end before the page was opened, by the server's clock. */
  let opened: string | undefined;

  // The stream keeps only the latest state of each download: what fails at once, or ends while the
  // connection is lost, is never heard of as under way. Its time of ending tells it from old ones.
  const isNews = ({ id, finished }: Download): boolean => {
    if (underWay.delete(id)) return true;
    return opened !== undefined && finished !== null && finished > opened && ends.get(id) !== finished;
  };
  const follow = (download: Download): void => {
    if (isUnfinished(download)) {
      underWay.add(download.id);
      return;
    }
    const news = isNews(download);
    ends.set(download.id, download.finished);
    if (news && download.state !== 'cancelled') listener(download);
  };
  return onBackendEvent((event) => {
    if (event.type === 'removed') {
      underWay.delete(event.id);
      ends.delete(event.id);
      return;
    }
    (event.type === 'snapshot' ? event.items : [event.item]).forEach(follow);
    if (event.type === 'snapshot') opened ??= latest(event.items);
  });
}
