import { useState } from 'react';
import { ApiError } from '@/api/problem.ts';
import { OCCASIONS, RECEIVER_KINDS, type Occasion, type Receiver, type ReceiverKind } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import { CheckboxGroup } from '@/components/CheckboxGroup.tsx';
import { Field } from '@/components/Field.tsx';
import { Select } from '@/components/Select.tsx';
import items from '@/components/Items.module.css';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { localField } from '@/i18n/failures.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { useSaveReceiver } from './receivers-query.ts';

const FIELDS = ['name', 'url', 'occasions'] as const;

interface ReceiverFormProps {
  /** What is changed; null for a new one. */
  edited: Receiver | null;
  onSaved: (saved: Receiver & { secret?: string | null }) => void;
  onCancel: () => void;
}

/** What was filled in stays when it is refused; an address that is there is never shown again. */
export function ReceiverForm({ edited, onSaved, onCancel }: ReceiverFormProps) {
  const { t, language } = useTranslation();
  const [name, setName] = useState(edited?.name ?? '');
  const [kind, setKind] = useState<ReceiverKind>(edited?.kind ?? 'webhook');
  const [url, setUrl] = useState('');
  const [occasions, setOccasions] = useState<readonly Occasion[]>(edited?.occasions ?? OCCASIONS);
  const save = useSaveReceiver((saved) => {
    setName('');
    setUrl('');
    onSaved(saved);
  });
  const errors = save.error instanceof ApiError ? save.error.problem.errors : [];
  const fault = (of: (typeof FIELDS)[number]): string | undefined => {
    const wrong = errors.find(({ field }) => field === of || field.startsWith(`${of}.`));
    return wrong && localField(wrong);
  };
  const placed = FIELDS.some((of) => fault(of) !== undefined);
  const changed = (change: () => void): void => {
    save.reset();
    change();
  };
  return (
    <form
      className={items.form}
      aria-label={t(edited ? 'receivers.change' : 'receivers.add', { name: edited?.name ?? '' })}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const address = url.trim() === '' ? null : url;
        save.mutate({ id: edited?.id ?? null, request: { name, kind, url: address, occasions: [...occasions], enabled: edited?.enabled ?? true, language } });
      }}
    >
      <Field
        label={t('receivers.name')}
        value={name}
        error={fault('name')}
        autoFocus={edited !== null}
        onChange={(next) => {
          changed(() => {
            setName(next);
          });
        }}
      />
      {!edited && (
        <Select
          label={t('receivers.kind')}
          values={RECEIVER_KINDS}
          value={kind}
          show={(one) => t(`receivers.kinds.${one}`)}
          onChange={(next) => {
            changed(() => {
              setKind(next);
            });
          }}
        />
      )}
      <Field
        label={t('receivers.address')}
        hint={edited ? t('receivers.keeps', { address: edited.address }) : t(`receivers.hints.${kind}`)}
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        value={url}
        error={fault('url')}
        onChange={(next) => {
          changed(() => {
            setUrl(next);
          });
        }}
      />
      <CheckboxGroup
        label={t('receivers.when')}
        values={OCCASIONS}
        chosen={occasions}
        show={(one) => t(`receivers.occasions.${one}`)}
        error={fault('occasions')}
        onChange={(next) => {
          changed(() => {
            setOccasions(next);
          });
        }}
      />
      {save.error && !placed && (
        <p className={items.bad} role="alert">
          {errorDetail(save.error)}
        </p>
      )}
      <div className={items.actions}>
        <Button type="submit" icon={edited ? 'check' : 'plus'} disabled={save.isPending}>
          {t(edited ? 'receivers.save' : 'receivers.add')}
        </Button>
        {edited && <Button onClick={onCancel}>{t('receivers.cancel')}</Button>}
      </div>
    </form>
  );
}
