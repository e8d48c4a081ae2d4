import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NewReceiver, Receiver } from '@/api/types.ts';
import { Secret } from '@/components/Secret.tsx';
import items from '@/components/Items.module.css';
import { useTranslation } from '@/i18n/translate.ts';
import { ReceiverForm } from './ReceiverForm.tsx';
import { ReceiverRow } from './ReceiverRow.tsx';
import { removeReceiver, useReceivers } from './receivers-query.ts';

/** Webhooks and services of apprise that are told what happens: made, tried, changed, removed. */
export function Receivers() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const receivers = useReceivers();
  const [edited, setEdited] = useState<Receiver | null>(null);
  const [made, setMade] = useState<NewReceiver | null>(null);
  return (
    <>
      <p className={items.soft}>{t('receivers.hint')}</p>
      {receivers.length > 0 && (
        <ul className={items.items} aria-label={t('receivers.title')}>
          {receivers.map((receiver) => (
            <ReceiverRow
              key={receiver.id}
              receiver={receiver}
              onEdit={() => {
                setEdited(receiver);
              }}
              onSecret={setMade}
              onRemove={() => {
                removeReceiver(client, receiver);
                if (made?.id === receiver.id) setMade(null);
                if (edited?.id === receiver.id) setEdited(null);
              }}
            />
          ))}
        </ul>
      )}
      {made?.secret != null && <Secret label={t('receivers.secret', { name: made.name })} value={made.secret} hint={t('receivers.once')} />}
      <ReceiverForm
        key={edited?.id ?? 'new'}
        edited={edited}
        onSaved={(saved) => {
          setEdited(null);
          if (saved.secret != null) setMade({ ...saved, secret: saved.secret });
        }}
        onCancel={() => {
          setEdited(null);
        }}
      />
    </>
  );
}
