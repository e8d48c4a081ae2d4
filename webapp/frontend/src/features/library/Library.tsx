import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { isAmong } from '@/entities/download/held-changes.ts';
import { usePendingDeletions, usePendingDeletionsOfAll, type AllOf } from '@/entities/download/mutations.ts';
import { FeedButton } from '@/entities/feed/FeedButton.tsx';
import { useChange } from '@/entities/download/use-change.ts';
import { readJson, writeJson } from '@/stores/safe-storage.ts';
import type { DownloadSort } from '@/api/types.ts';
import { useEventCallback } from '@/hooks/use-event-callback.ts';
import { Button } from '@/components/Button.tsx';
import { Select } from '@/components/Select.tsx';
import { EmptyState } from '@/components/EmptyState.tsx';
import { Icon } from '@/components/icons.tsx';
import { SegmentedControl } from '@/components/SegmentedControl.tsx';
import { Entries } from './Entries.tsx';
import css from './Library.module.css';
import { useLibrary } from './library-query.ts';
import { SelectionBar } from './SelectionBar.tsx';
import { KINDS, useAddress, useKeptScroll } from './use-address.ts';
import { useSelection } from './use-selection.ts';

const LAYOUTS = ['grid', 'list'] as const;
const SORTS = ['newest', 'oldest', 'title', 'largest', 'longest'] as const satisfies readonly DownloadSort[];

/** A choice of a few that is the same at the next visit. */
function useKept<T extends string>(key: string, values: readonly [T, ...T[]]): [T, (value: T) => void] {
  const isValid = (value: unknown): value is T => values.some((one) => one === value);
  const [value, setValue] = useState<T>(() => readJson('local', key, isValid) ?? values[0]);
  const keep = (next: T): void => {
    writeJson('local', key, next);
    setValue(next);
  };
  return [value, keep];
}

export default function Library() {
  const { t } = useTranslation();
  const [{ q, kind }, changeAddress] = useAddress();
  const [sort, setSort] = useKept('sort', SORTS);
  const [layout, setLayout] = useKept('layout', LAYOUTS);
  const asked = useDeferredValue(useSettled(q.trim()));
  const library = useLibrary({ q: asked, kind, sort });
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage } = library;
  const leaving = usePendingDeletions();
  const leavingAll = usePendingDeletionsOfAll();
  const loaded = useMemo(() => (data?.pages ?? []).flatMap(({ items }) => items), [data]);
  const entries = useMemo(() => {
    // Of other words nobody here knows what they find.
    const gone = leavingAll.filter(({ matching }) => (matching.q ?? '') === '' || matching.q === asked);
    return loaded.filter((item) => !leaving.has(item.id) && !gone.some((all) => isAmong(all, item)));
  }, [loaded, leaving, leavingAll, asked]);
  const first = data?.pages[0];
  const isOfThis = ({ matching }: AllOf): boolean => (matching.q ?? '') === asked && (matching.kind ?? 'all') === kind;
  const goneOfThis = leavingAll.filter(isOfThis).reduce((sum, { count }) => sum + count, 0);
  const hidden = Math.max(goneOfThis, loaded.length - entries.length);
  const count = hasNextPage ? Math.max(entries.length, (first?.total ?? 0) - hidden) : entries.length;
  useKeptScroll(entries.length > 0);
  const change = useChange();
  const selection = useSelection(entries, count);
  const pick = useEventCallback(selection.toggle);
  const more = (): void => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  };
  return (
    <div className={css.library} data-picking={selection.on}>
      <header className={css.head}>
        <h1 className={css.title}>{t('library.title')}</h1>
        <p className={css.count} role="status">
          {library.isPending ? t('library.loading') : t('library.count', { count })}
        </p>
      </header>
      <div className={css.tools} role="search">
        <label className={css.search}>
          <Icon name="search" size={18} />
          <span className="visually-hidden">{t('library.search')}</span>
          <input
            type="search"
            data-shortcut="find"
            placeholder={t('library.search')}
            value={q}
            onChange={(event) => {
              changeAddress({ q: event.target.value });
            }}
          />
        </label>
        <SegmentedControl
          label={t('library.kind')}
          values={KINDS}
          value={kind}
          show={(one) => t(`library.${one}`)}
          onChange={(next) => {
            changeAddress({ kind: next });
          }}
        />
        <span className={css.sort}>
          <Select
            label={t('library.sort')}
            values={SORTS}
            value={sort}
            show={(one) => t(`sort.${one}`)}
            onChange={setSort}
          />
        </span>
        <span className={css.right}>
          <FeedButton
            key={`${asked} ${kind}`}
            of={{ q: asked === '' ? null : asked, kind: kind === 'all' ? null : kind }}
            title={asked === '' ? t('library.title') : asked}
          />
          <SegmentedControl
            label={t('library.layout')}
            values={LAYOUTS}
            value={layout}
            icon={(one) => one}
            show={(one) => t(`library.${one}`)}
            onChange={setLayout}
          />
          <Button
            icon="check"
            aria-pressed={selection.on}
            data-slot="selecting"
            disabled={entries.length === 0}
            onClick={selection.on ? selection.stop : selection.start}
          >
            {t('selection.start')}
          </Button>
        </span>
      </div>
      {entries.length > 0 ? (
        <Entries
          entries={entries}
          total={count}
          layout={layout}
          isPicked={selection.on ? selection.has : null}
          onPick={pick}
          onEnd={more}
          onChange={change}
        />
      ) : (
        <Nothing
          pending={library.isPending || hasNextPage}
          error={library.error}
          filtered={asked !== '' || kind !== 'all'}
          onRetry={() => void library.refetch()}
          onMore={more}
        />
      )}
      {selection.on && (
        <SelectionBar
          selection={selection}
          total={count}
          matching={{ q: asked || null, kind: kind === 'all' ? null : kind, as_of: first?.as_of ?? '' }}
          onChange={change}
        />
      )}
    </div>
  );
}

interface NothingProps {
  pending: boolean;
  error: Error | null;
  filtered: boolean;
  onRetry: () => void;
  onMore: () => void;
}

function Nothing({ pending, error, filtered, onRetry, onMore }: NothingProps) {
  const { t } = useTranslation();
  const more = useEventCallback(onMore);
  useEffect(() => {
    if (pending) more(); // the filter has left nothing of what is loaded so far
  }, [pending, more]);
  if (error) {
    return (
      <EmptyState icon="alert" title={t('library.failed')} hint={errorDetail(error)}>
        <Button icon="retry" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      </EmptyState>
    );
  }
  if (pending) {
    return (
      <div className={css.skeletons} aria-hidden>
        {Array.from({ length: 8 }, (_, at) => (
          <span key={at} />
        ))}
      </div>
    );
  }
  return filtered ? (
    <EmptyState icon="search" title={t('library.noMatch')} hint={t('library.noMatchHint')} />
  ) : (
    <EmptyState icon="video" title={t('library.empty')} hint={t('library.emptyHint')} />
  );
}

/** The value once it has not changed for a moment: typing does not ask the server at every key. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(value);
    }, 200);
    return () => {
      clearTimeout(timer);
    };
  }, [value]);
  return settled;
}
