import { useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { Button } from '@/components/Button.tsx';
import { lazyPart, LazyPart } from '@/components/LazyPart.tsx';

export const cookieSheet = lazyPart(() => import('./CookieSheet.tsx'));

/** Kinds of failure in which cookies may help. */
const WANTED = ['login-needed', 'forbidden', 'key-refused', 'cookies-unreadable', 'cookies-open'];

export function wantsCookies(kind: string | null | undefined): boolean {
  return kind != null && WANTED.includes(kind);
}

/** The site whose cookies a link needs; null when it is no web address. */
export function siteOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./, '') : null;
}

/** Beside an error that cookies may help against; its `site` is where the link was redirected to, if it was. */
export function AddCookies({ url, site: refused, onKept }: { url: string; site: string | undefined; onKept: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const site = refused ?? siteOf(url);
  if (site === null) return null;
  return (
    <>
      <Button
        look="quiet"
        onClick={() => {
          setOpen(true);
        }}
      >
        {t('cookies.add')}
      </Button>
      {open && (
        <LazyPart
          of={cookieSheet}
          given={{
            site,
            onKept,
            onClose: () => {
              setOpen(false);
            },
          }}
          floating
        />
      )}
    </>
  );
}
