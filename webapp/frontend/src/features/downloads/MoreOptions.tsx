import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatClock } from '@/lib/format.ts';
import type { How, Preview } from '@/lib/types.ts';
import { Choice } from '@/ui/Choice.tsx';
import { readClock } from './clock.ts';
import css from './MoreOptions.module.css';

export type Extras = Pick<How, 'embed' | 'subtitles' | 'start' | 'end'>;

const EMBEDDED = ['metadata', 'thumbnail', 'chapters'] as const;
const NONE = '';

interface MoreOptionsProps {
  extras: Extras;
  preview: Preview | null;
  audio: boolean;
  onChange: (extras: Extras) => void;
}

/** What few want: pieces put into the file, subtitles, a part of the whole. */
export function MoreOptions({ extras, preview, audio, onChange }: MoreOptionsProps) {
  const { t } = useTranslation();
  const embed = extras.embed ?? [];
  const languages = preview?.subtitles ?? [];
  return (
    <details className={css.more}>
      <summary>{t('more.title')}</summary>
      <div className={css.body}>
        <fieldset className={css.group}>
          <legend>{t('more.embed')}</legend>
          {EMBEDDED.map((piece) => (
            <label key={piece} className={css.check}>
              <input
                type="checkbox"
                checked={embed.includes(piece)}
                onChange={(event) => {
                  const others = embed.filter((one) => one !== piece);
                  onChange({ ...extras, embed: event.target.checked ? [...others, piece] : others });
                }}
              />
              {t(`more.${piece}`)}
            </label>
          ))}
        </fieldset>
        {!audio && languages.length > 0 && (
          <Choice
            label={t('more.subtitles')}
            values={[NONE, ...languages]}
            value={extras.subtitles?.[0] ?? NONE}
            show={(language) => (language === NONE ? t('more.noSubtitles') : language)}
            onChange={(language) => {
              onChange({ ...extras, subtitles: language === NONE ? [] : [language] });
            }}
          />
        )}
        <fieldset className={css.group}>
          <legend>{t('more.part')}</legend>
          <Moment
            label={t('more.start')}
            value={extras.start ?? null}
            onChange={(start) => {
              onChange({ ...extras, start });
            }}
          />
          <Moment
            label={t('more.end')}
            value={extras.end ?? null}
            onChange={(end) => {
              onChange({ ...extras, end });
            }}
          />
        </fieldset>
      </div>
    </details>
  );
}

interface MomentProps {
  label: string;
  /** Seconds. */
  value: number | null;
  onChange: (seconds: number | null) => void;
}

/** A point in time, written as on a player. */
function Moment({ label, value, onChange }: MomentProps) {
  const [text, setText] = useState(value === null ? '' : formatClock(value));
  const seconds = readClock(text);
  return (
    <label className={css.moment}>
      <span>{label}</span>
      <input
        inputMode="numeric"
        placeholder="0:00"
        value={value === null && seconds !== null ? '' : text}
        aria-invalid={text !== '' && seconds === null}
        onChange={(event) => {
          setText(event.target.value);
          onChange(readClock(event.target.value));
        }}
      />
    </label>
  );
}
