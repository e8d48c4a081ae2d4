import { useQueryClient } from '@tanstack/react-query';
import { useTranslation, type Translate } from '@/i18n/translate.ts';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { formatDuration } from '@/i18n/format.ts';
import { ApiError } from '@/api/problem.ts';
import type { Preview } from '@/api/types.ts';
import { AddCookies, wantsCookies } from '@/entities/cookies/AddCookies.tsx';
import { Icon } from '@/components/icons.tsx';
import { classes } from '@/utils/classes.ts';
import { EntryChooser } from './EntryChooser.tsx';
import { LiveChoice } from './LiveChoice.tsx';
import css from './PreviewCard.module.css';
import type { Choosing } from './use-chosen.ts';
import type { ListChoice } from './use-list.ts';
import { previewKey, type PreviewState } from './use-preview.ts';

export interface PreviewCardProps {
  choosing: Choosing;
  /** What is looked at. */
  link: string | null;
  state: PreviewState;
  list: ListChoice;
}

/** The medium behind the link, or the list of media to choose from. */
export default function PreviewCard({ choosing, link, state, list }: PreviewCardProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { preview, extent, looking, error } = state;
  if (looking) {
    return (
      <div className={css.card} role="status">
        <span className={css.tile} data-waiting />
        <p className={css.soft}>{t('preview.looking')}</p>
      </div>
    );
  }
  if (error) {
    return (
      <div className={css.card} data-bad role="status">
        <Icon name="alert" />
        <p className={classes(css.problem, 'clamp')}>{errorDetail(error)}</p>
        {link !== null && error instanceof ApiError && wantsCookies(error.problem.kind) && (
          <AddCookies url={link} site={error.problem.values.site} onKept={() => void client.invalidateQueries({ queryKey: previewKey(link) })} />
        )}
      </div>
    );
  }
  if (!preview) return null;
  return (
    <div className={css.box}>
      <Medium preview={preview} />
      {preview.live && <LiveChoice choosing={choosing} />}
      {preview.entries.length > 0 && <EntryChooser list={list} extent={extent} total={preview.total} />}
    </div>
  );
}

function Medium({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const { thumbnail, title, uploader, platform, duration, live, entries, known } = preview;
  const facts = [
    uploader,
    platform,
    duration === null ? null : formatDuration(duration),
    live ? t('preview.live') : null,
    entries.length > 0 ? lengthOf(t, preview) : null,
  ];
  return (
    <div className={css.card}>
      <span className={css.tile}>
        {thumbnail ? <img src={thumbnail} alt="" decoding="async" /> : <Icon name={entries.length > 0 ? 'list' : 'video'} />}
      </span>
      <div className={css.text}>
        <p className={classes(css.title, 'clamp')} dir="auto">{title ?? preview.url}</p>
        <p className={classes(css.soft, 'clamp')} dir="auto">{facts.filter(Boolean).join(' · ')}</p>
        {known[0] && (
          <p className={css.known}>
            {t('preview.known', { state: t(`state.${known[0].state}`), format: known[0].format.toUpperCase() })}
          </p>
        )}
      </div>
    </div>
  );
}

/** "1,200 entries"; while not all of them are there, "500 of 1,200 entries". */
function lengthOf(t: Translate, { entries, total }: Preview): string {
  const shown = entries.length;
  if (total === shown) return t('preview.entries', { count: total });
  return total === null ? t('preview.firstEntries', { count: shown }) : t('preview.someEntries', { shown, count: total });
}
