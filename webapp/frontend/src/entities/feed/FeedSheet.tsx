import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { addFeed, deleteFeed, listFeeds } from '@/api/feeds.ts';
import { ApiError } from '@/api/problem.ts';
import type { Feed, FeedRequest } from '@/api/types.ts';
import { Button, IconButton } from '@/components/Button.tsx';
import { Field } from '@/components/Field.tsx';
import { Secret } from '@/components/Secret.tsx';
import { Sheet } from '@/components/Sheet.tsx';
import { BASE } from '@/utils/base.ts';
import css from '@/components/Items.module.css';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { leaving, removeLater } from '@/entities/removal/removal.ts';
import { useStore } from '@/hooks/use-store.ts';
import { localField } from '@/i18n/failures.ts';
import { formatMoment } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { copyText } from '@/utils/clipboard.ts';

const KEY = ['feeds'] as const;

/** What a feed is of: a search of the library, or a subscription. */
export type FeedOf = Pick<FeedRequest, 'q' | 'kind' | 'subscription'>;

export interface FeedSheetProps {
  of: FeedOf;
  /** What it would be called. */
  title: string;
  onClose: () => void;
}

const addressOf = ({ path }: Feed): string => location.origin + BASE + path;

/** Makes a podcast feed of what is shown, and lists those that there are. */
export default function FeedSheet({ of, title, onClose }: FeedSheetProps) {
  const { t, language } = useTranslation();
  const client = useQueryClient();
  const { data = [] } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listFeeds(signal) });
  const gone = useStore(leaving);
  const feeds = data.filter(({ id }) => !gone.has(id));
  const [name, setName] = useState(title);
  const refresh = (): void => void client.invalidateQueries({ queryKey: KEY });
  const add = useMutation({ mutationFn: addFeed, onSuccess: refresh });
  const remove = ({ id, title: feed }: Feed): void => {
    removeLater({
      id,
      title: t('feeds.removed'),
      name: feed,
      send: async (sending) => {
        await deleteFeed(id, sending);
        if (add.data?.id === id) add.reset(); // its address leads nowhere now
        await client.invalidateQueries({ queryKey: KEY });
      },
    });
  };
  const wrong = add.error instanceof ApiError ? add.error.problem.errors.find(({ field }) => field === 'title') : undefined;
  const fault = wrong && localField(wrong);
  return (
    <Sheet
      title={t('feeds.title')}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <p className={css.soft}>{t('feeds.hint')}</p>
      <form
        className={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate({ ...of, title: name, language });
        }}
      >
        <Field
          label={t('feeds.name')}
          value={name}
          error={fault}
          onChange={(next) => {
            add.reset();
            setName(next);
          }}
        />
        {add.error && fault === undefined && (
          <p className={css.bad} role="alert">
            {errorDetail(add.error)}
          </p>
        )}
        <div className={css.actions}>
          <Button type="submit" look="primary" icon="plus" disabled={add.isPending}>
            {t('feeds.add')}
          </Button>
        </div>
      </form>
      {add.data && !gone.has(add.data.id) && <Secret label={t('feeds.address', { title: add.data.title })} value={addressOf(add.data)} hint={t('feeds.secret')} />}
      {feeds.length > 0 && (
        <ul className={css.items} aria-label={t('feeds.all')}>
          {feeds.map((feed) => (
            <FeedRow
              key={feed.id}
              feed={feed}
              onRemove={() => {
                remove(feed);
              }}
            />
          ))}
        </ul>
      )}
    </Sheet>
  );
}

function FeedRow({ feed, onRemove }: { feed: Feed; onRemove: () => void }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const [copied, setCopied] = useState(false);
  const { title, q, kind, subscription, read } = feed;
  const facts = [
    subscription == null ? null : t('feeds.ofSubscription'),
    q == null ? null : `“${q}”`,
    kind == null ? null : t(`library.${kind}`),
    read === null ? t('feeds.never') : t('feeds.read', { time: formatMoment(read, locale) }),
  ];
  return (
    <li className={css.item}>
      <div className={css.about}>
        <p dir="auto">{title}</p>
        <p>{facts.filter(Boolean).join(' · ')}</p>
      </div>
      <IconButton
        icon={copied ? 'check' : 'copy'}
        label={t('feeds.copy', { title })}
        hint={t(copied ? 'secret.copied' : 'secret.copy')}
        onClick={() => {
          void copyText(addressOf(feed)).then(setCopied);
        }}
      />
      <IconButton icon="trash" label={t('feeds.remove', { title })} hint={t('selection.remove')} onClick={onRemove} />
    </li>
  );
}
