import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type DragEvent } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { Button } from '@/components/Button.tsx';
import { errorDetail } from '@/entities/download/error-toast.ts';
import css from './CookieForm.module.css';
import { COOKIES_KEY, replaceCookies } from './cookies-query.ts';

const MAX_BYTES = 1_000_000; // what the backend takes

interface CookieFormProps {
  /** The site that they are of; to be typed where it is not given. */
  site?: string;
  onKept: (site: string) => void;
}

/** Takes a site's cookies: a file, what is dropped, or what is pasted. They are sent, and shown nowhere. */
export function CookieForm({ site, onKept }: CookieFormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [text, setText] = useState('');
  const [file, setFile] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  const id = useId();
  const of = site ?? typed.trim().toLowerCase();
  const { mutate, isPending } = useMutation({
    mutationFn: () => replaceCookies(of, text),
    networkMode: 'always',
    retry: false,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: COOKIES_KEY });
      setText('');
      setFile(null);
      setTyped('');
      onKept(of);
    },
    onError: (error) => { setComplaint(errorDetail(error)); },
  });
  const take = async (given: File | undefined): Promise<void> => {
    if (!given) return;
    setComplaint(given.size > MAX_BYTES ? t('cookies.tooLarge') : null);
    if (given.size > MAX_BYTES) return;
    setText(await given.text());
    setFile(given.name);
  };
  const type = (given: string): void => {
    setText(given);
    setFile(null);
    setComplaint(null);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation(); // the page around it takes links that are dropped
    const [first] = event.dataTransfer.files;
    if (first) void take(first);
    else type(event.dataTransfer.getData('text/plain'));
  };
  return (
    <form
      className={css.form}
      onDrop={drop}
      onSubmit={(event) => {
        event.preventDefault();
        if (of === '') setComplaint(t('cookies.noSite'));
        else if (text.trim() === '') setComplaint(t('cookies.nothing'));
        else mutate();
      }}
    >
      {site === undefined && (
        <label className={css.field}>
          <span>{t('cookies.site')}</span>
          <input
            value={typed}
            placeholder="example.org"
            autoCapitalize="off"
            spellCheck={false}
            aria-invalid={complaint !== null && of === ''}
            onChange={(event) => {
              setTyped(event.target.value);
              setComplaint(null);
            }}
          />
        </label>
      )}
      <label className={css.field}>
        <span>{t('cookies.paste')}</span>
        <textarea
          rows={4}
          spellCheck={false}
          autoComplete="off"
          value={file === null ? text : ''}
          placeholder={file ?? '# Netscape HTTP Cookie File'}
          aria-invalid={complaint !== null && of !== ''}
          aria-describedby={`${id}-note`}
          onChange={(event) => {
            type(event.target.value);
          }}
        />
      </label>
      <p id={`${id}-note`} className={complaint === null ? css.soft : css.bad} role={complaint === null ? undefined : 'alert'}>
        {complaint ?? (file === null ? t('cookies.hint') : t('cookies.ready', { file }))}
      </p>
      <div className={css.buttons}>
        <label className={css.file}>
          <input
            type="file"
            className="visually-hidden"
            accept=".txt,.json,text/plain,application/json"
            onChange={(event) => {
              void take(event.target.files?.[0]);
              event.target.value = ''; // the same file may be chosen again
            }}
          />
          {t('cookies.choose')}
        </label>
        <Button type="submit" look="primary" disabled={isPending}>
          {t('cookies.keep')}
        </Button>
      </div>
    </form>
  );
}
