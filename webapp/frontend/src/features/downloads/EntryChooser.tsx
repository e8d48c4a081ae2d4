import { useDeferredValue, useId, useMemo, useState } from 'react';
import { useTranslation, type Translate } from '@/i18n/translate.ts';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { formatDuration } from '@/i18n/format.ts';
import { Button } from '@/components/Button.tsx';
import { Select } from '@/components/Select.tsx';
import { classes } from '@/utils/classes.ts';
import { ordersOf, type NumberedEntry } from './entry-order.ts';
import { parseNumbers } from './parse-numbers.ts';
import css from './PreviewCard.module.css';
import type { ListChoice } from './use-list.ts';
import type { Extent } from './use-preview.ts';

interface EntryChooserProps {
  list: ListChoice;
  extent: Extent;
  /** How many entries the site lists; null if nobody tells. */
  total: number | null;
}

/** Finding aids are for lists that do not fit on a screen. */
const MANY = 8;

function useMatching(entries: readonly NumberedEntry[], search: string): readonly NumberedEntry[] {
  const wanted = useDeferredValue(search);
  return useMemo(() => {
    const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return entries.filter(({ entry: { title, url } }) => {
      const text = (title ?? url).toLocaleLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [entries, wanted]);
}

/** What to download of a list, and in which order: one by one, all that a search finds, or by numbers. */
export function EntryChooser({ list, extent, total }: EntryChooserProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const { entries, chosen, choose } = list;
  const matching = useMatching(entries, search);
  const everything = matching.length === entries.length;
  const picked = matching.filter(({ entry }) => chosen.has(entry.url)).length;
  const all = matching.length > 0 && picked === matching.length;
  const pick = (urls: readonly string[], wanted: boolean, others?: boolean): void => {
    const next = new Set(chosen);
    for (const url of urls) {
      if (wanted) next.add(url);
      else next.delete(url);
    }
    choose(next, others);
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
          {extent.state !== 'loading' && <Numbers list={list} />}
          {extent.state !== 'loading' && <Order list={list} />}
        </div>
      )}
      <ExtentNote extent={extent} count={entries.length} />
      <label className={css.entry} data-all>
        <input
          type="checkbox"
          checked={all}
          disabled={matching.length === 0}
          ref={(box) => {
            if (box) box.indeterminate = !all && picked > 0;
          }}
          onChange={() => {
            pick(matching.map(({ entry }) => entry.url), !all, everything ? !all : undefined);
          }}
        />
        <span>{everything ? allOf(t, extent, entries.length) : t('preview.found', { count: matching.length })}</span>
        <span className={css.soft}>
          {total === null ? t('selection.count', { count: chosen.size }) : t('preview.chosen', { chosen: chosen.size, count: total })}
        </span>
      </label>
      <div className={css.scroll}>
        {matching.map(({ at, entry: { url, title, duration } }) => (
          <label key={url} className={css.entry}>
            <input
              type="checkbox"
              checked={chosen.has(url)}
              onChange={() => {
                pick([url], !chosen.has(url));
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

/** "All 1,200"; of a list that is not all there, "The first 500". */
function allOf(t: Translate, { state }: Extent, count: number): string {
  return t(state === 'whole' ? 'preview.all' : 'preview.first', { count });
}

/** Says that a list is not all there, and why. */
function ExtentNote({ extent: { state, error, retry }, count }: { extent: Extent; count: number }) {
  const { t } = useTranslation();
  if (state === 'whole') return null;
  if (state === 'loading') return <p className={css.extent} role="status">{t('preview.loadingRest')}</p>;
  if (state === 'longer') return <p className={css.extent} role="status">{t('preview.longer', { count })}</p>;
  return (
    <div className={css.extent} data-bad role="status">
      <p className={classes(css.problem, 'clamp')}>{[t('preview.restFailed'), error && errorDetail(error)].filter(Boolean).join(' ')}</p>
      <Button icon="retry" onClick={retry}>
        {t('action.retry')}
      </Button>
    </div>
  );
}

function Order({ list: { entries, order, setOrder } }: { list: ListChoice }) {
  const { t } = useTranslation();
  const orders = useMemo(() => ordersOf(entries.map(({ entry }) => entry)), [entries]);
  return <Select label={t('preview.order')} values={orders} value={order} show={(one) => t(`preview.orders.${one}`)} onChange={setOrder} />;
}

/** "1-20, 35" or "last 10" chooses those, and nothing else. */
function Numbers({ list: { entries, choose } }: { list: ListChoice }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [bad, setBad] = useState(false);
  const id = useId();
  const apply = (): void => {
    const words = { first: t('preview.firstWords'), last: t('preview.lastWords') };
    const numbers = parseNumbers(text, entries.map(({ at }) => at), words);
    setBad(numbers === null);
    if (numbers) choose(new Set(entries.flatMap(({ at, entry }) => (numbers.has(at) ? [entry.url] : []))), false);
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
          {t('preview.noNumbers', { count: entries.length })}
        </span>
      )}
    </span>
  );
}
