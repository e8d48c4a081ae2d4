import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { logIn } from '@/api/server.ts';
import { backendStream } from '@/api/event-stream.ts';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { Button } from '@/components/Button.tsx';
import css from './Login.module.css';

/** Asks for the access token where the operator has set one. */
export function Login() {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const { mutate, error, isPending } = useMutation({
    mutationFn: logIn,
    networkMode: 'always', // the server is there, it just does not know us yet
    retry: false,
    onSuccess: backendStream.retryNow,
  });
  return (
    <form
      className={css.login}
      onSubmit={(event) => {
        event.preventDefault();
        mutate(token);
      }}
    >
      <p className={css.title}>{t('login.title')}</p>
      <label className={css.field}>
        <span>{t('login.label')}</span>
        <input
          type="password"
          autoComplete="current-password"
          required
          value={token}
          aria-invalid={error !== null}
          onChange={(event) => {
            setToken(event.target.value);
          }}
        />
      </label>
      <Button type="submit" look="primary" disabled={isPending}>
        {t('login.submit')}
      </Button>
      {error && (
        <p className={css.error} role="alert">
          {errorDetail(error)}
        </p>
      )}
    </form>
  );
}
