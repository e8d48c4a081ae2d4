import { memo } from 'react';
import { localFailure } from '@/i18n/failures.ts';
import { useTranslation } from '@/i18n/translate.ts';
import { fileUrl, thumbnailUrl } from '@/api/downloads.ts';
import type { Change } from '@/entities/download/mutations.ts';
import { displayName } from '@/entities/download/display-name.ts';
import { formatAge, formatBytes, formatDuration } from '@/i18n/format.ts';
import { isPlayable, playing } from '@/entities/download/player-store.ts';
import { isAudio, type Download } from '@/api/types.ts';
import { useLocale } from '@/i18n/locale.ts';
import { IconButton, IconLink } from '@/components/Button.tsx';
import { Icon } from '@/components/icons.tsx';
import { LazyDownloadMenu } from '@/entities/download/LazyDownloadMenu.tsx';
import { classes } from '@/utils/classes.ts';
import css from './Entry.module.css';

interface EntryProps {
  download: Download;
  layout: 'grid' | 'list';
  /** From 1. */
  position: number;
  total: number;
  /** null while nothing can be picked. */
  picked: boolean | null;
  onPick: (id: string, through: boolean) => void;
  onChange: (change: Change) => void;
}

export const Entry = memo(function Entry(props: EntryProps) {
  const { download, layout, position, total, picked, onPick, onChange } = props;
  const { t } = useTranslation();
  const locale = useLocale();
  const { id, file, duration, finished, format } = download;
  const name = displayName(download);
  const kind = isAudio(format) ? 'audio' : 'video';
  const playable = isPlayable(download);
  const facts = [
    format.toUpperCase(),
    file && (file.missing ? t('file.missing') : formatBytes(file.bytes, locale)),
    finished && formatAge(finished, Date.now(), locale),
  ];
  return (
    <div className={css.entry} data-layout={layout} role="listitem" aria-posinset={position} aria-setsize={total}>
      {picked !== null && (
        <>
          <input
            type="checkbox"
            className={css.pick}
            aria-label={t('selection.pick', { title: name })}
            checked={picked}
            onChange={({ nativeEvent }) => {
              onPick(id, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey);
            }}
          />
          <span className={css.mark} aria-hidden>
            <Icon name="check" size={18} />
          </span>
        </>
      )}
      <div className={css.frame}>
        <button
          type="button"
          className={css.tile}
          aria-label={`${t('action.play')}: ${name}`}
          disabled={!playable || picked !== null}
          onClick={() => {
            playing.set(download);
          }}
        >
          {download.thumbnail ? (
            <img src={thumbnailUrl(id)} alt="" loading="lazy" decoding="async" />
          ) : (
            <Icon name={kind} size={26} />
          )}
          {playable && (
            <span className={css.play}>
              <Icon name="play" size={24} />
            </span>
          )}
        </button>
        {duration !== null && <span className={css.clock}>{formatDuration(duration)}</span>}
      </div>
      <div className={css.text}>
        <p className={classes(css.name, 'clamp')} title={name} dir="auto">
          {name}
        </p>
        <p className={css.facts}>
          {facts.filter(Boolean).map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
        {download.notes.map((note) => (
          <p key={note.sentence} className={css.note}>
            {localFailure(note).sentence}
          </p>
        ))}
      </div>
      <div className={css.actions} inert={picked !== null}>
        {file?.missing ? (
          <IconButton
            icon="retry"
            label={`${t('action.again')}: ${name}`}
            hint={t('action.again')}
            onClick={() => {
              onChange({ ids: [id], action: 'retry' });
            }}
          />
        ) : (
          <IconLink
            icon="save"
            label={`${t('action.save')}: ${name}`}
            hint={t('action.save')}
            href={fileUrl(id, true)}
            download={file?.name}
          />
        )}
        <LazyDownloadMenu download={download} name={name} onChange={onChange} />
      </div>
    </div>
  );
});
