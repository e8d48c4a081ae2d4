import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChange } from '@/lib/downloads/actions.ts';
import { ApiError } from '@/lib/problem.ts';
import { recall, remember } from '@/lib/storage.ts';
import { isAudio, type Download } from '@/lib/types.ts';
import { Button } from '@/ui/Button.tsx';
import { Empty } from '@/ui/Empty.tsx';
import { Icon } from '@/ui/icons.tsx';
import { Segments } from '@/ui/Segments.tsx';
import { Entries } from './Entries.tsx';
import css from './Library.module.css';
import { useLibrary, type LibraryFilter } from './query.ts';

const KINDS = ['all', 'video', 'audio'] as const;
const LAYOUTS = ['grid', 'list'] as const;
type Layout = (typeof LAYOUTS)[number];

const isLayout = (value: unknown): value is Layout => LAYOUTS.some((layout) => layout === value);

function matches(kind: LibraryFilter['kind'], { format }: Download): boolean {
  return kind === 'all' || (kind === 'audio') === isAudio(format);
}

export default function Library() {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const [kind, setKind] = useState<LibraryFilter['kind']>('all');
  const [layout, setLayout] = useState<Layout>(() => recall(localStorage, 'layout', isLayout) ?? 'grid');
  const asked = useDeferredValue(useSettled(q.trim()));
  const library = useLibrary({ q: asked, kind });
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage } = library;
  const entries = useMemo(
    () => (data?.pages ?? []).flatMap(({ items }) => items).filter((item) => matches(kind, item)),
    [data, kind],
  );
  const change = useChange();
  const more = (): void => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  };
  return (
    <div className={css.library}>
      <h1 className={css.title}>{t('library.title')}</h1>
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
              setQ(event.target.value);
            }}
          />
        </label>
        <Segments
          label={t('library.kind')}
          values={KINDS}
          value={kind}
          show={(one) => t(`library.${one}`)}
          onChange={setKind}
        />
        <Segments
          label={t('library.layout')}
          values={LAYOUTS}
          value={layout}
          icon={(one) => one}
          show={(one) => t(`library.${one}`)}
          onChange={(one) => {
            remember(localStorage, 'layout', one);
            setLayout(one);
          }}
        />
      </div>
      <p className="visually-hidden" role="status">
        {library.isPending ? t('library.loading') : t('library.count', { count: entries.length })}
      </p>
      {entries.length > 0 ? (
        <Entries entries={entries} layout={layout} onEnd={more} onChange={change} />
      ) : (
        <Nothing
          pending={library.isPending || hasNextPage}
          error={library.error}
          filtered={asked !== '' || kind !== 'all'}
          onRetry={() => void library.refetch()}
          onMore={more}
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
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  useEffect(() => {
    if (pending) latest.current(); // the filter has left nothing of what is loaded so far
  }, [pending]);
  if (error) {
    const detail = error instanceof ApiError ? error.problem.detail : error.message;
    return (
      <Empty icon="alert" title={t('library.failed')} hint={detail}>
        <Button icon="retry" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      </Empty>
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
    <Empty icon="search" title={t('library.noMatch')} hint={t('library.noMatchHint')} />
  ) : (
    <Empty icon="video" title={t('library.empty')} hint={t('library.emptyHint')} />
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
