import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '@/i18n/translate.ts';
import { clearLeftovers, listLeftovers } from '@/api/downloads.ts';
import { Button, IconButton } from '@/components/Button.tsx';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { formatBytes } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import css from './Settings.module.css';

const KEY = ['leftovers'] as const;

/** What has come of failed downloads: kept so that a retry can go on with it, until it is cleared. */
export function LeftoversSection() {
  const { t } = useTranslation();
  const locale = useLocale();
  const client = useQueryClient();
  const { data = [] } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listLeftovers(signal) });
  const { mutate, error, isPending } = useMutation({
    mutationFn: clearLeftovers,
    networkMode: 'always',
    retry: false,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  const all = data.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <>
      <p className={css.soft}>{t(data.length === 0 ? 'leftovers.none' : 'leftovers.hint')}</p>
      {data.length > 0 && (
        <>
          <ul className={css.list} aria-label={t('leftovers.title')}>
            {data.map(({ id, title, url, bytes }) => (
              <li key={id} className={css.item}>
                <span>
                  <bdi>{title ?? url}</bdi> <span className={css.soft}>{formatBytes(bytes, locale)}</span>
                </span>
                <IconButton
                  icon="trash"
                  label={t('leftovers.clear', { title: title ?? url })}
                  hint={t('action.delete')}
                  disabled={isPending}
                  onClick={() => {
                    mutate(id);
                  }}
                />
              </li>
            ))}
          </ul>
          <Button
            icon="trash"
            disabled={isPending}
            onClick={() => {
              mutate(null);
            }}
          >
            {t('leftovers.clearAll', { size: formatBytes(all, locale) })}
          </Button>
        </>
      )}
      {error && (
        <p className={css.bad} role="alert">
          {errorDetail(error)}
        </p>
      )}
    </>
  );
}
