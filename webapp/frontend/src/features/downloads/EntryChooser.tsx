import { useDeferredValue, useId, useMemo, useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { formatDuration } from '@/i18n/format.ts';
import type { Entry } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import { classes } from '@/utils/classes.ts';
import { parseNumbers } from './parse-numbers.ts';
import css from './PreviewCard.module.css';

interface EntryChooserProps {
  entries: readonly Entry[];
  /** Those that are wanted, by their links. */
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** Finding aids are for lists that do not fit on a screen. */
const MANY = 8;

interface Numbered extends Entry {
  at: number;
}

function useMatching(entries: readonly Entry[], search: string): Numbered[] {
  const wanted = useDeferredValue(search);
  return useMemo(() => {
    const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return entries
      .map((entry, index) => ({ ...entry, at: index + 1 }))
      .filter(({ title, url }) => {
        const text = (title ?? url).toLocaleLowerCase();
        return words.every((word) => text.includes(word));
      });
  }, [entries, wanted]);
}

/** What to download of a list: one by one, all that a search finds, or by numbers. */
export function EntryChooser({ entries, chosen, onChoose }: EntryChooserProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const matching = useMatching(entries, search);
  const picked = matching.filter(({ url }) => chosen.has(url)).length;
  const all = matching.length > 0 && picked === matching.length;
  const choose = (urls: readonly string[], wanted: boolean): void => {
    const next = new Set(chosen);
    for (const url of urls) {
      if (wanted) next.add(url);
      else next.delete(url);
    }
    onChoose(next);
  };
  return (
    <fieldset className={css.entries}>
      <legend className="visually-hidden">{t('preview.choose')}</legend>
      {entries.length > MANY && (
        <div className={css.tools}>
          <input
            type="search"
            className={css.search}
            aria-label={t('preview.search')}
            placeholder={t('preview.search')}
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.preventDefault(); // the form around it sends the link
            }}
          />
          <Numbers
            count={entries.length}
            onChoose={(numbers) => {
              onChoose(new Set(entries.filter((_, index) => numbers.has(index + 1)).map(({ url }) => url)));
            }}
          />
        </div>
      )}
      <label className={css.entry} data-all>
        <input
          type="checkbox"
          checked={all}
          disabled={matching.length === 0}
          ref={(box) => {
            if (box) box.indeterminate = !all && picked > 0;
          }}
          onChange={() => {
            choose(matching.map(({ url }) => url), !all);
          }}
        />
        <span>{matching.length === entries.length ? t('preview.all') : t('preview.found', { count: matching.length })}</span>
        <span className={css.soft}>{t('preview.chosen', { chosen: chosen.size, count: entries.length })}</span>
      </label>
      <div className={css.scroll}>
        {matching.map(({ url, title, duration, at }) => (
          <label key={url} className={css.entry}>
            <input
              type="checkbox"
              checked={chosen.has(url)}
              onChange={() => {
                choose([url], !chosen.has(url));
              }}
            />
            <span className={classes(css.entryTitle, 'clamp')} dir="auto">
              {at}. {title ?? url}
            </span>
            {duration != null && <span className={css.soft}>{formatDuration(duration)}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** "1-20, 35" chooses those, and nothing else. */
function Numbers({ count, onChoose }: { count: number; onChoose: (numbers: ReadonlySet<number>) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [bad, setBad] = useState(false);
  const id = useId();
  const apply = (): void => {
    const numbers = parseNumbers(text, count);
    setBad(numbers === null);
    if (numbers) onChoose(numbers);
  };
  return (
    <span className={css.numbers}>
      <input
        aria-label={t('preview.numbers')}
        placeholder={t('preview.numbers')}
        value={text}
        aria-invalid={bad}
        aria-describedby={bad ? id : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setBad(false);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault(); // the form around it sends the link
          apply();
        }}
      />
      <Button onClick={apply}>{t('preview.pick')}</Button>
      {bad && (
        <span id={id} className={css.bad} role="alert">
          {t('preview.noNumbers', { count })}
        </span>
      )}
    </span>
  );
}
