import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Subscription } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import { EmptyState } from '@/components/EmptyState.tsx';
import { leaving } from '@/entities/removal/removal.ts';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { useStore } from '@/hooks/use-store.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { SubscriptionForm } from './SubscriptionForm.tsx';
import { SubscriptionRow } from './SubscriptionRow.tsx';
import { removeSubscription, useSubscriptions } from './subscription-query.ts';
import css from './Subscriptions.module.css';

/** The lists that are looked at by themselves. */
export default function Subscriptions() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useSubscriptions();
  const [edited, setEdited] = useState<Subscription | 'new' | null>(null);
  const gone = useStore(leaving);
  const shown = (data ?? []).filter(({ id }) => !gone.has(id));
  return (
    <div className={css.page}>
      <div className={css.head}>
        <h1 className={css.title}>{t('subs.title')}</h1>
        <Button
          look="primary"
          icon="plus"
          onClick={() => {
            setEdited('new');
          }}
        >
          {t('subs.add')}
        </Button>
      </div>
      {shown.length > 0 ? (
        <ul className={css.list} aria-label={t('subs.title')}>
          {shown.map((one) => (
            <SubscriptionRow
              key={one.id}
              subscription={one}
              onEdit={() => {
                setEdited(one);
              }}
              onRemove={() => {
                removeSubscription(client, one);
              }}
            />
          ))}
        </ul>
      ) : error ? (
        <EmptyState icon="alert" title={t('subs.failed')} hint={errorDetail(error)}>
          <Button icon="retry" onClick={() => void refetch()}>
            {t('action.retry')}
          </Button>
        </EmptyState>
      ) : (
        !isPending && <EmptyState icon="bell" title={t('subs.empty')} hint={t('subs.emptyHint')} />
      )}
      {edited !== null && (
        <SubscriptionForm
          edited={edited === 'new' ? null : edited}
          onClose={() => {
            setEdited(null);
          }}
        />
      )}
    </div>
  );
}
