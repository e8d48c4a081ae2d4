import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { addToken, listTokens, revokeToken } from '@/api/tokens.ts';
import { ApiError } from '@/api/problem.ts';
import type { NewToken, Token } from '@/api/types.ts';
import { Button, IconButton } from '@/components/Button.tsx';
import { Confirm } from '@/components/Confirm.tsx';
import { Field } from '@/components/Field.tsx';
import { Secret } from '@/components/Secret.tsx';
import { Select } from '@/components/Select.tsx';
import css from '@/components/Items.module.css';
import { errorDetail, showErrorToast } from '@/entities/download/error-toast.ts';
import { localField } from '@/i18n/failures.ts';
import { formatMoment } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import { useTranslation } from '@/i18n/translate.ts';

const SCOPES = ['add', 'read', 'all'] as const satisfies readonly Token['scope'][];
const KEY = ['tokens'] as const;

/** Tokens for scripts: made, shown once, revoked. */
export function Tokens() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data = [] } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listTokens(signal) });
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Token['scope']>('add');
  const [made, setMade] = useState<NewToken | null>(null);
  const [asked, setAsked] = useState<Token | null>(null); // whether it is to be revoked
  const refresh = (): void => void client.invalidateQueries({ queryKey: KEY });
  const add = useMutation({
    mutationFn: addToken,
    onSuccess: (token) => {
      setMade(token);
      setName('');
      refresh();
    },
  });
  const revoke = useMutation({
    mutationFn: revokeToken,
    onSuccess: (_, id) => {
      if (made?.id === id) setMade(null);
      refresh();
    },
    onError: showErrorToast,
  });
  const wrong = add.error instanceof ApiError ? add.error.problem.errors.find(({ field }) => field === 'name') : undefined;
  const fault = wrong && localField(wrong);
  return (
    <>
      <p className={css.soft}>{t('tokens.hint')}</p>
      {data.length > 0 && (
        <ul className={css.items} aria-label={t('tokens.title')}>
          {data.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              onRevoke={() => {
                setAsked(token);
              }}
            />
          ))}
        </ul>
      )}
      {asked && (
        <Confirm
          title={t('tokens.revokeTitle', { name: asked.name })}
          detail={t('tokens.revokeDetail')}
          yes={t('tokens.revokeHint')}
          onYes={() => {
            revoke.mutate(asked.id);
          }}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
      {made && <Secret label={t('tokens.made', { name: made.name })} value={made.token} hint={t('tokens.once')} />}
      <form
        className={css.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate({ name, scope });
        }}
      >
        <Field
          label={t('tokens.name')}
          value={name}
          error={fault}
          onChange={(next) => {
            add.reset();
            setName(next);
          }}
        />
        <Select label={t('tokens.scope')} values={SCOPES} value={scope} show={(one) => t(`tokens.scopes.${one}`)} onChange={setScope} />
        {add.error && fault === undefined && (
          <p className={css.bad} role="alert">
            {errorDetail(add.error)}
          </p>
        )}
        <div className={css.actions}>
          <Button type="submit" icon="plus" disabled={add.isPending}>
            {t('tokens.add')}
          </Button>
        </div>
      </form>
    </>
  );
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { name, scope, last_used } = token;
  const used = last_used == null ? t('tokens.never') : t('tokens.used', { time: formatMoment(last_used, locale) });
  return (
    <li className={css.item}>
      <div className={css.about}>
        <p dir="auto">{name}</p>
        <p>
          {t(`tokens.scopes.${scope}`)} · {used}
        </p>
      </div>
      <IconButton icon="trash" label={t('tokens.revoke', { name })} hint={t('tokens.revokeHint')} onClick={onRevoke} />
    </li>
  );
}
