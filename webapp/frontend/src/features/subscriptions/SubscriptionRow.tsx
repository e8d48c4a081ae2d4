import { Button, IconButton } from '@/components/Button.tsx';
import type { Subscription } from '@/api/types.ts';
import { FeedButton } from '@/entities/feed/FeedButton.tsx';
import { localFailure } from '@/i18n/failures.ts';
import { formatMoment } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { useAct } from './subscription-query.ts';
import css from './Subscriptions.module.css';

interface SubscriptionRowProps {
  subscription: Subscription;
  onEdit: () => void;
  onRemove: () => void;
}

/** One list: what it brought, when it is looked at next, and why not, if it is not. */
export function SubscriptionRow({ subscription, onEdit, onRemove }: SubscriptionRowProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { mutate, isPending } = useAct(subscription.id);
  const { id, url, title, state, looking, next_look, last_look, found, queued, error } = subscription;
  const name = title ?? url;
  const failure = error && localFailure(error);
  const next = looking
    ? t('subs.looking')
    : next_look === null
      ? t(`subs.${state === 'paused' ? 'paused' : 'stopped'}`)
      : t('subs.next', { time: formatMoment(next_look, locale) });
  return (
    <li className={css.row} aria-labelledby={`${id}-name`}>
      <div className={css.about}>
        <h2 id={`${id}-name`} className={css.name} dir="auto">
          {name}
        </h2>
        <a className={css.url} href={url} target="_blank" rel="noreferrer">
          {url}
        </a>
        <p className={css.facts}>
          <span>{next}</span>
          {last_look !== null && found !== null && (
            <span>{t('subs.last', { time: formatMoment(last_look, locale), count: found })}</span>
          )}
          <span>{t('subs.queued', { count: queued })}</span>
        </p>
        {failure && (
          <p className={css.failure}>
            {state === 'stopped' && <strong>{t('subs.gaveUp')} </strong>}
            {failure.sentence} {failure.fix}
          </p>
        )}
      </div>
      <div className={css.actions}>
        <Button
          icon="retry"
          disabled={looking || isPending || state === 'paused'}
          aria-label={t('subs.lookAt', { title: name })}
          onClick={() => {
            mutate('look');
          }}
        >
          {t('subs.look')}
        </Button>
        <FeedButton of={{ subscription: id }} title={name} label={t('feeds.of', { title: name })} />
        <IconButton
          icon={state === 'active' ? 'pause' : 'play'}
          label={t(state === 'active' ? 'subs.pause' : 'subs.resume', { title: name })}
          hint={t(state === 'active' ? 'action.pause' : 'action.resume')}
          onClick={() => {
            mutate(state === 'active' ? 'pause' : 'resume');
          }}
        />
        <IconButton icon="sliders" label={t('subs.edit', { title: name })} hint={t('subs.editHint')} onClick={onEdit} />
        <IconButton icon="trash" label={t('subs.remove', { title: name })} hint={t('subs.removeHint')} onClick={onRemove} />
      </div>
    </li>
  );
}
