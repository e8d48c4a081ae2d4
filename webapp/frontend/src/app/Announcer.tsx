import { useEffect, useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { onFinished } from '@/entities/download/on-finished.ts';
import { displayName } from '@/entities/download/display-name.ts';
import { useEventCallback } from '@/hooks/use-event-callback.ts';
import { useStore } from '@/hooks/use-store.ts';
import { toasts } from '@/stores/toasts.ts';
import type { Download } from '@/api/types.ts';

/**
 * Says aloud, where a screen reader is, what only eyes would notice: what has ended, whose row only
 * moves to another list, and the latest notice.
 */
export function Announcer() {
  const { t } = useTranslation();
  const [said, setSaid] = useState('');
  const tell = useEventCallback((download: Download) => {
    setSaid(`${displayName(download)}: ${t(`state.${download.state}`)}`);
  });
  useEffect(() => onFinished(tell), [tell]);
  const notice = useStore(toasts).at(-1);
  return (
    <>
      <p className="visually-hidden" aria-live="polite">
        {said}
      </p>
      <p className="visually-hidden" aria-live="polite">
        {[notice?.title, notice?.detail, notice?.action?.label].filter(Boolean).join('. ')}
      </p>
    </>
  );
}
