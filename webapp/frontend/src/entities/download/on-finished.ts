/** Tells when a download that was under way has come to its end, done or failed. */
import { onBackendEvent } from '@/api/event-stream.ts';
import { isUnfinished, type Download } from '@/api/types.ts';

export function onFinished(listener: (download: Download) => void): () => void {
  const underWay = new Set<string>();
  const follow = (download: Download): void => {
    if (isUnfinished(download)) underWay.add(download.id);
    else if (underWay.delete(download.id) && download.state !== 'cancelled') listener(download);
  };
  return onBackendEvent((event) => {
    if (event.type === 'snapshot') event.items.forEach(follow);
    else if (event.type === 'download') follow(event.item);
    else underWay.delete(event.id);
  });
}
