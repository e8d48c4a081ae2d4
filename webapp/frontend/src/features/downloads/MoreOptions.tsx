import { useTranslation } from '@/i18n/translate.ts';
import type { Preview } from '@/api/types.ts';
import { Select } from '@/components/Select.tsx';
import { usePreference } from '@/stores/preferences.ts';
import { readExtras, type Extras } from './extras.ts';
import css from './MoreOptions.module.css';

const EMBEDDED = ['metadata', 'thumbnail', 'chapters'] as const;
const MOMENTS = ['start', 'end'] as const;
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
  const [open, setOpen] = usePreference('moreOptions');
  const { embed } = extras;
  const reading = readExtras(extras, audio);
  const languages = preview?.subtitles ?? [];
  return (
    <details
      className={css.more}
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
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
          <Select
            label={t('more.subtitles')}
            values={[NONE, ...languages]}
            value={extras.subtitles[0] ?? NONE}
            show={(language) => (language === NONE ? t('more.noSubtitles') : language)}
            onChange={(language) => {
              onChange({ ...extras, subtitles: language === NONE ? [] : [language] });
            }}
          />
        )}
        <fieldset className={css.group}>
          <legend>{t('more.part')}</legend>
          {MOMENTS.map((moment) => (
            <label key={moment} className={css.moment}>
              <span>{t(`more.${moment}`)}</span>
              <input
                placeholder="0:00"
                value={extras[moment]}
                aria-invalid={!reading.ok && reading.at === moment}
                onChange={(event) => {
                  onChange({ ...extras, [moment]: event.target.value });
                }}
              />
            </label>
          ))}
        </fieldset>
      </div>
    </details>
  );
}
