import { memo, type ReactNode } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { type DownloadAction, fileUrl, thumbnailUrl } from '@/api/downloads.ts';
import { isPlayable, playing } from '@/entities/download/player-store.ts';
import { formatBytes, formatDuration, formatPercent, formatSpeed } from '@/i18n/format.ts';
import { isAudio, isUnfinished, type Download } from '@/api/types.ts';
import { IconButton, IconLink } from '@/components/Button.tsx';
import { Icon } from '@/components/icons.tsx';
import { AddCookies, wantsCookies } from '@/entities/cookies/AddCookies.tsx';
import { LazyDownloadMenu } from '@/entities/download/LazyDownloadMenu.tsx';
import type { Change } from '@/entities/download/mutations.ts';
import { displayName, siteOf } from '@/entities/download/display-name.ts';
import { useLocale } from '@/i18n/locale.ts';
import { classes } from '@/utils/classes.ts';
import { canBeCompleted } from '@/entities/download/completion.ts';
import { localFailure } from '@/i18n/failures.ts';
import css from './DownloadRow.module.css';
import { DragHandle } from './DragHandle.tsx';

interface RowProps {
  download: Download;
  onChange: (change: Change) => void;
  /** There are others to change places with. */
  movable?: boolean;
}

/** One download. It is drawn again only when its own document has changed. */
export const DownloadRow = memo(function DownloadRow({ download, onChange, movable = false }: RowProps) {
  const { state, progress } = download;
  const name = displayName(download);
  const fraction = state === 'done' ? 1 : (progress?.fraction ?? 0);
  const isUnderWay = state === 'running' || (isUnfinished(download) && (progress?.bytes ?? 0) > 0);
  return (
    <li className={css.row} data-state={state} data-id={download.id}>
      {isUnderWay && <span className={css.progressFill} style={{ transform: `scaleX(${fraction.toString()})` }} aria-hidden />}
      {movable ? (
        <DragHandle id={download.id} name={name} className={css.tile} onChange={onChange}>
          <Icon name={isAudio(download.format) ? 'audio' : 'video'} />
        </DragHandle>
      ) : (
        <Tile download={download} />
      )}
      <div className={css.text}>
        <p className={classes(css.name, 'clamp')} title={name} dir="auto">
          {name}
        </p>
        <Facts download={download} />
        {isUnderWay && <Bar download={download} name={name} />}
        {state === 'done' && download.notes.map((note) => <FailureText key={note.sentence} failure={note} />)}
        {(state === 'failed' || (state === 'queued' && download.live)) && download.error && <FailureText failure={download.error} />}
        {state === 'failed' && wantsCookies(download.error?.kind) && (
          <AddCookies
            url={download.url}
            site={download.error?.values.site}
            onKept={() => {
              onChange({ ids: [download.id], action: 'retry' });
            }}
          />
        )}
      </div>
      <Actions download={download} name={name} onChange={onChange} />
    </li>
  );
});

/** Why it failed, or what is worth knowing although it is done: a missing subtitle, say. */
function FailureText({ failure }: { failure: NonNullable<Download['error']> }) {
  useTranslation(); // drawn again in another language
  const { sentence, fix } = localFailure(failure);
  return (
    <p className={classes(css.error, 'clamp')} dir="auto">
      {sentence} <span>{fix}</span>
    </p>
  );
}

function Tile({ download }: { download: Download }) {
  return (
    <div className={css.tile} aria-hidden>
      {download.thumbnail ? (
        <img src={thumbnailUrl(download.id)} alt="" loading="lazy" decoding="async" />
      ) : (
        <Icon name={isAudio(download.format) ? 'audio' : 'video'} />
      )}
    </div>
  );
}

function Bar({ download, name }: { download: Download; name: string }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const fraction = download.progress?.fraction ?? null;
  return (
    <div
      className={css.bar}
      role="progressbar"
      aria-label={t('progress.label', { title: name })}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={fraction === null ? undefined : Math.floor(fraction * 100)}
      aria-valuetext={fraction === null ? undefined : formatPercent(fraction, locale)}
      data-unknown={fraction === null && download.state === 'running'}
    >
      <span style={{ transform: `scaleX(${(fraction ?? 0).toString()})` }} />
    </div>
  );
}

function Facts({ download }: { download: Download }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { state, progress, file, duration } = download;
  const running = state === 'running' && progress !== null;
  const facts: (ReactNode | null)[] = [
    <strong key="state">{running ? t(`stage.${progress.stage}`) : t(`state.${state}`)}</strong>,
    isUnfinished(download) && progress?.fraction != null ? formatPercent(progress.fraction, locale) : null,
    moved(download, locale, (done, total) => t('progress.ofTotal', { done, total })),
    running && progress.speed != null ? formatSpeed(progress.speed, locale) : null,
    running && progress.eta != null ? t('progress.left', { time: formatDuration(progress.eta) }) : null,
    file && (file.missing ? t('file.missing') : formatBytes(file.bytes, locale)),
    !running && duration !== null ? formatDuration(duration) : null,
    running ? null : siteOf(download),
    download.format.toUpperCase(),
  ];
  return (
    <p className={css.facts}>
      {facts.map((fact, at) => (fact === null || fact === '' ? null : <span key={at}>{fact}</span>))}
    </p>
  );
}

function moved(
  download: Download,
  locale: string,
  show: (done: string, total: string) => string,
): string | null {
  const { progress } = download;
  if (progress === null || progress.bytes === 0 || !isUnfinished(download)) return null;
  const done = formatBytes(progress.bytes, locale);
  return progress.total == null ? done : show(done, formatBytes(progress.total, locale));
}

function Actions({ download, name, onChange }: RowProps & { name: string }) {
  const { t } = useTranslation();
  const { id, state, file } = download;
  const act = (action: DownloadAction) => () => {
    onChange({ ids: [id], action });
  };
  const turn = state === 'paused' ? 'resume' : 'pause';
  const named = (action: string): string => `${action}: ${name}`;
  return (
    <div className={css.actions}>
      {download.live && (isUnfinished(download) || state === 'failed') && (
        <IconButton icon="check" label={named(t('action.stop'))} hint={t('action.stop')} onClick={act('stop')} />
      )}
      {isUnfinished(download) && (
        <>
          {/* One button in one place: it keeps the focus when it has been pressed. */}
          <IconButton
            icon={state === 'paused' ? 'play' : 'pause'}
            label={named(t(`action.${turn}`))}
            hint={t(`action.${turn}`)}
            onClick={act(turn)}
          />
          <IconButton icon="stop" label={named(t('action.cancel'))} hint={t('action.cancel')} onClick={act('cancel')} />
        </>
      )}
      {(state === 'failed' || state === 'cancelled') && (
        <IconButton icon="retry" label={named(t('action.retry'))} hint={t('action.retry')} onClick={act('retry')} />
      )}
      {state === 'done' && file?.missing && (
        <IconButton icon="retry" label={named(t('action.again'))} hint={t('action.again')} onClick={act('retry')} />
      )}
      {canBeCompleted(download) && (
        <IconButton icon="retry" label={named(t('action.complete'))} hint={t('action.complete')} onClick={act('retry')} />
      )}
      {state === 'done' && isPlayable(download) && (
        <IconButton
          icon="play"
          label={named(t('action.play'))}
          hint={t('action.play')}
          onClick={() => {
            playing.set(download);
          }}
        />
      )}
      {state === 'done' && file?.missing === false && (
        <IconLink icon="save" label={named(t('action.save'))} hint={t('action.save')} href={fileUrl(id, true)} download={file.name.split('/').at(-1)} />
      )}
      <LazyDownloadMenu download={download} name={name} onChange={onChange} />
    </div>
  );
}
