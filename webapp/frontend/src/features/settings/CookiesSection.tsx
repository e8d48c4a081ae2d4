import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '@/i18n/translate.ts';
import { IconButton } from '@/components/Button.tsx';
import { CookieForm } from '@/entities/cookies/CookieForm.tsx';
import { forgetCookiesLater, useCookies } from '@/entities/cookies/cookies-query.ts';
import { failureText } from '@/entities/download/error-toast.ts';
import css from './Settings.module.css';

/** The sites that there are cookies of, and a way to give more. */
export function CookiesSection() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sites = useCookies();
  return (
    <>
      <p className={css.soft}>{t('cookies.about')}</p>
      {sites.length > 0 && (
        <ul className={css.list}>
          {sites.map(({ site, ...told }) => (
            <li key={site} className={css.item}>
              <span>
                {site}
                {told.problem !== null && <span className={css.bad}> {failureText({ ...told, sentence: told.problem })}</span>}
              </span>
              <IconButton
                icon="trash"
                label={t('cookies.forget', { site })}
                hint={t('action.delete')}
                onClick={() => {
                  forgetCookiesLater(client, site);
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <CookieForm onKept={() => undefined} />
    </>
  );
}
