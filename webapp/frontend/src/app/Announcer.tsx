import { useEffect, useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { onFinished } from '@/entities/download/on-finished.ts';
import { displayName } from '@/entities/download/display-name.ts';

/** Says aloud, where a screen reader is, what has ended: its row only moves to another list. */
export function Announcer() {
  const { t } = useTranslation();
  const [said, setSaid] = useState('');
  useEffect(
    () =>
      onFinished((download) => {
        setSaid(`${displayName(download)}: ${t(`state.${download.state}`)}`);
      }),
    [t],
  );
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  );
}
