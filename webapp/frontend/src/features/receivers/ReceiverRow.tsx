import type { NewReceiver, Receiver } from '@/api/types.ts';
import { saveReceiver } from '@/api/receivers.ts';
import { Button, IconButton } from '@/components/Button.tsx';
import items from '@/components/Items.module.css';
import { localFailure } from '@/i18n/failures.ts';
import { formatMoment } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { renewSecret, requestOf, testReceiver, useReceiverAction } from './receivers-query.ts';
import css from './Receivers.module.css';

interface ReceiverRowProps {
  receiver: Receiver;
  onEdit: () => void;
  /** A key that was just made. */
  onSecret: (made: NewReceiver) => void;
  onRemove: () => void;
}

/** One receiver: what it wants to know, how it went, and what can be done to it. */
export function ReceiverRow({ receiver, onEdit, onSecret, onRemove }: ReceiverRowProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { id, name, kind, address, occasions, enabled, waiting, told, error } = receiver;
  const test = useReceiverAction(testReceiver);
  const renew = useReceiverAction(renewSecret, onSecret);
  const turn = useReceiverAction((item) => saveReceiver(item, requestOf(receiver, { enabled: !enabled })));
  const failure = test.data ? test.data.error : error;
  const shown = failure && localFailure(failure);
  const facts = [
    enabled ? null : t('receivers.off'),
    told === null ? t('receivers.never') : t('receivers.told', { time: formatMoment(told, locale) }),
    waiting > 0 ? t('receivers.waiting', { count: waiting }) : null,
  ];
  return (
    <li className={css.row}>
      <div className={items.about}>
        <p dir="auto">{name}</p>
        <p>
          <bdi>{address}</bdi> · {occasions.map((one) => t(`receivers.occasions.${one}`)).join(', ')}
        </p>
        <p>{facts.filter(Boolean).join(' · ')}</p>
        <div role="status">
          {test.data?.delivered && <p>{t('receivers.arrived')}</p>}
          {shown && (
            <p data-bad="true">
              {shown.sentence} {shown.fix}
            </p>
          )}
        </div>
      </div>
      <div className={css.actions}>
        <Button
          icon="bell"
          disabled={test.isPending}
          aria-label={t('receivers.testOf', { name })}
          onClick={() => {
            test.mutate(id);
          }}
        >
          {t('receivers.test')}
        </Button>
        <IconButton
          icon={enabled ? 'pause' : 'play'}
          label={t(enabled ? 'receivers.turnOff' : 'receivers.turnOn', { name })}
          hint={t(enabled ? 'action.pause' : 'action.resume')}
          onClick={() => {
            turn.mutate(id);
          }}
        />
        {kind === 'webhook' && (
          <IconButton
            icon="retry"
            label={t('receivers.renew', { name })}
            hint={t('receivers.renewHint')}
            onClick={() => {
              renew.mutate(id);
            }}
          />
        )}
        <IconButton icon="sliders" label={t('receivers.change', { name })} hint={t('receivers.changeHint')} onClick={onEdit} />
        <IconButton
          icon="trash"
          label={t('receivers.remove', { name })}
          hint={t('selection.remove')}
          onClick={onRemove}
        />
      </div>
    </li>
  );
}
