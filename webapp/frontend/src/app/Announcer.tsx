import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onEnd } from '@/lib/downloads/ends.ts';
import { nameOf } from '@/lib/downloads/name.ts';

/** Says aloud, where a screen reader is, what has ended: its row only moves to another list. */
export function Announcer() {
  const { t } = useTranslation();
  const [said, setSaid] = useState('');
  useEffect(
    () =>
      onEnd((download) => {
        setSaid(`${nameOf(download)}: ${t(`state.${download.state}`)}`);
      }),
    [t],
  );
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  );
}
