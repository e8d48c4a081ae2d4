import { useTranslation } from '@/i18n/translate.ts';
import { errorDetail } from '@/entities/download/error-toast.ts';
import { formatDuration } from '@/i18n/format.ts';
import type { Preview } from '@/api/types.ts';
import { Icon } from '@/components/icons.tsx';
import { classes } from '@/utils/classes.ts';
import css from './PreviewCard.module.css';
import type { PreviewState } from './use-preview.ts';

interface PreviewCardProps {
  state: PreviewState;
  /** The entries of a list that are wanted, by their links. */
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** The medium behind the link, or the list of media to choose from. */
export function PreviewCard({ state, chosen, onChoose }: PreviewCardProps) {
  const { t } = useTranslation();
  const { preview, looking, error } = state;
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
      </div>
    );
  }
  if (!preview) return null;
  return (
    <div className={css.box}>
      <Medium preview={preview} />
      {preview.entries.length > 0 && <Entries preview={preview} chosen={chosen} onChoose={onChoose} />}
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
    entries.length > 0 ? t('preview.entries', { count: entries.length }) : null,
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

function Entries({ preview, chosen, onChoose }: Omit<PreviewCardProps, 'state'> & { preview: Preview }) {
  const { t } = useTranslation();
  const { entries } = preview;
  const toggle = (url: string): void => {
    const next = new Set(chosen);
    if (!next.delete(url)) next.add(url);
    onChoose(next);
  };
  const all = chosen.size === entries.length;
  return (
    <fieldset className={css.entries}>
      <legend className="visually-hidden">{t('preview.choose')}</legend>
      <label className={css.entry} data-all>
        <input
          type="checkbox"
          checked={all}
          ref={(box) => {
            if (box) box.indeterminate = !all && chosen.size > 0;
          }}
          onChange={() => {
            onChoose(new Set(all ? [] : entries.map(({ url }) => url)));
          }}
        />
        <span>{t('preview.all')}</span>
        <span className={css.soft}>{t('preview.chosen', { chosen: chosen.size, count: entries.length })}</span>
      </label>
      <div className={css.scroll}>
        {entries.map(({ url, title, duration }, at) => (
          <label key={url} className={css.entry}>
            <input
              type="checkbox"
              checked={chosen.has(url)}
              onChange={() => {
                toggle(url);
              }}
            />
            <span className={css.entryTitle} dir="auto">
              {at + 1}. {title ?? url}
            </span>
            {duration != null && <span className={css.soft}>{formatDuration(duration)}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
