import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '@/i18n/translate.ts';
import { clearLeftovers, listLeftovers } from '@/api/downloads.ts';
import type { Leftover } from '@/api/types.ts';
import { Button, IconButton } from '@/components/Button.tsx';
import { leaving, removeLater } from '@/entities/removal/removal.ts';
import { useStore } from '@/hooks/use-store.ts';
import { formatBytes } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import css from './Settings.module.css';

const KEY = ['leftovers'] as const;
const ALL = 'leftovers';

/** The download itself stays. */
const markOf = (id: string): string => `leftover ${id}`;

/** What has come of failed downloads: kept so that a retry can go on with it, until it is cleared. */
export function LeftoversSection() {
  const { t } = useTranslation();
  const locale = useLocale();
  const client = useQueryClient();
  const { data = [] } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => listLeftovers(signal) });
  const gone = useStore(leaving);
  const kept = gone.has(ALL) ? [] : data.filter(({ id }) => !gone.has(markOf(id)));
  /** null: of all. */
  const clear = (one: Leftover | null): void => {
    removeLater({
      id: one === null ? ALL : markOf(one.id),
      title: t('leftovers.cleared'),
      name: one === null ? formatBytes(all, locale) : (one.title ?? one.url),
      send: async (sending) => {
        await clearLeftovers(one?.id ?? null, sending);
        await client.invalidateQueries({ queryKey: KEY });
      },
    });
  };
  const all = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <>
      <p className={css.soft}>{t(kept.length === 0 ? 'leftovers.none' : 'leftovers.hint')}</p>
      {kept.length > 0 && (
        <>
          <ul className={css.list} aria-label={t('leftovers.title')}>
            {kept.map((one) => (
              <li key={one.id} className={css.item}>
                <span>
                  <bdi>{one.title ?? one.url}</bdi> <span className={css.soft}>{formatBytes(one.bytes, locale)}</span>
                </span>
                <IconButton
                  icon="trash"
                  label={t('leftovers.clear', { title: one.title ?? one.url })}
                  hint={t('action.delete')}
                  onClick={() => {
                    clear(one);
                  }}
                />
              </li>
            ))}
          </ul>
          <Button
            icon="trash"
            onClick={() => {
              clear(null);
            }}
          >
            {t('leftovers.clearAll', { size: formatBytes(all, locale) })}
          </Button>
        </>
      )}
    </>
  );
}
