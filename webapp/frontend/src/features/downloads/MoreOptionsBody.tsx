import { useTranslation } from '@/i18n/translate.ts';
import { AUDIO_BITRATES, BESIDE, CODECS, SEGMENTS, holdsSubtitles, isLossy, type Preview } from '@/api/types.ts';
import { CheckboxGroup } from '@/components/CheckboxGroup.tsx';
import { Select } from '@/components/Select.tsx';
import { PlaceFields } from '@/entities/naming/PlaceFields.tsx';
import { readClip, type Clip } from './clip.ts';
import { LiveChoice } from './LiveChoice.tsx';
import { audioChoices, nameOfLanguage, subtitleChoices } from './languages.ts';
import css from './MoreOptions.module.css';
import { SaveProfile } from './SaveProfile.tsx';
import type { Choosing } from './use-chosen.ts';

const EMBEDDED = ['metadata', 'thumbnail', 'chapters'] as const;
const MOMENTS = ['start', 'end'] as const;
const NONE = '';
const SPONSORBLOCK = ['off', 'mark', 'cut'] as const;
const MB = 1_000_000; // bytes

export interface MoreOptionsProps {
  choosing: Choosing;
  clip: Clip;
  preview: Preview | null;
  onClip: (clip: Clip) => void;
}

/** Pieces put into the file, languages, codecs, a part of the whole. */
export default function MoreOptionsBody({ choosing, clip, preview, onClip }: MoreOptionsProps) {
  const { t } = useTranslation();
  const reading = readClip(clip);
  return (
    <div className={css.body}>
      <Pieces choosing={choosing} />
      <Streams choosing={choosing} preview={preview} />
      <fieldset className={css.group} data-inline>
        <legend>{t('more.part')}</legend>
        {MOMENTS.map((moment) => (
          <label key={moment} className={css.moment}>
            <span>{t(`more.${moment}`)}</span>
            <input
              placeholder="0:00"
              value={clip[moment]}
              aria-invalid={!reading.ok && reading.at === moment}
              onChange={(event) => {
                onClip({ ...clip, [moment]: event.target.value });
              }}
            />
          </label>
        ))}
      </fieldset>
      <SponsorBlock choosing={choosing} />
      <LiveChoice choosing={choosing} />
      <Place choosing={choosing} />
      <SaveProfile choosing={choosing} />
    </div>
  );
}

/** Where it goes, and how fast it may come. */
function Place({ choosing: { choices, change } }: { choosing: Choosing }) {
  const { t } = useTranslation();
  const { folder, template, rate, format } = choices;
  return (
    <>
      <PlaceFields
        place={{ folder: folder ?? '', template: template ?? '' }}
        format={format}
        onChange={(place) => { change({ folder: place.folder || null, template: place.template || null }); }}
      />
      <label className={css.moment}>
        <span>{t('more.rate')}</span>
        <input
          type="number"
          min={0.1}
          step={0.1}
          inputMode="decimal"
          value={rate === null ? '' : rate / MB}
          onChange={({ target }) => { change({ rate: target.valueAsNumber > 0 ? Math.max(1000, Math.round(target.valueAsNumber * MB)) : null }); }}
        />
      </label>
    </>
  );
}

/** What is put into the file, and what lies beside it. */
function Pieces({ choosing: { choices, change } }: { choosing: Choosing }) {
  const { t } = useTranslation();
  return (
    <>
      <CheckboxGroup label={t('more.embed')} values={EMBEDDED} chosen={choices.embed} show={(one) => t(`more.${one}`)} onChange={(embed) => { change({ embed }); }} />
      <CheckboxGroup label={t('more.beside')} values={BESIDE} chosen={choices.beside} show={(one) => t(`beside.${one}`)} onChange={(beside) => { change({ beside }); }} />
    </>
  );
}

/** What viewers marked, such as advertising. */
function SponsorBlock({ choosing: { choices, change } }: { choosing: Choosing }) {
  const { t } = useTranslation();
  const { sponsorblock, sponsorblock_categories: categories } = choices;
  return (
    <>
      <Select
        label="SponsorBlock"
        values={SPONSORBLOCK}
        value={sponsorblock ?? 'off'}
        show={(one) => t(`sponsorblock.${one}`)}
        onChange={(one) => { change({ sponsorblock: one === 'off' ? null : one }); }}
      />
      {sponsorblock !== null && (
        <CheckboxGroup
          label={t('sponsorblock.what')}
          values={SEGMENTS}
          chosen={categories}
          show={(one) => t(`sponsorblock.${one}`)}
          onChange={(chosen) => { if (chosen.length > 0) change({ sponsorblock_categories: chosen }); }}
        />
      )}
    </>
  );
}

/** Which of the streams there are, and how they are encoded. */
function Streams({ choosing: { choices, change }, preview }: { choosing: Choosing; preview: Preview | null }) {
  const { t, language } = useTranslation();
  const { format, codecs, audio, audio_bitrate: bitrate, subtitles } = choices;
  const tracks = audioChoices(preview, audio, language);
  return (
    <>
      {format === 'mp4' && (
        <Select label={t('more.codecs')} values={CODECS} value={codecs} show={(one) => t(`codecs.${one}`)} onChange={(one) => { change({ codecs: one }); }} />
      )}
      {isLossy(format) && (
        <Select
          label={t('more.bitrate')}
          values={[NONE, ...AUDIO_BITRATES.map(String)]}
          value={bitrate?.toString() ?? NONE}
          show={(one) => (one === NONE ? t('more.likeSource') : `${one} kbit/s`)}
          onChange={(one) => { change({ audio_bitrate: AUDIO_BITRATES.find((rate) => rate.toString() === one) ?? null }); }}
        />
      )}
      <Select
        label={t('more.audio')}
        values={[NONE, ...tracks.keys()]}
        value={audio ?? NONE}
        show={(one) => tracks.get(one) ?? t('more.sitesOwn')}
        onChange={(one) => { change({ audio: one === NONE ? null : one }); }}
      />
      {(holdsSubtitles(format) || choices.beside.some((one) => one === 'srt' || one === 'vtt')) && (
        <Select
          label={t('more.subtitles')}
          values={[NONE, ...subtitleChoices(preview, subtitles[0])]}
          value={subtitles[0] ?? NONE}
          show={(one) => (one === NONE ? t('more.noSubtitles') : nameOfLanguage(one, language))}
          onChange={(one) => { change({ subtitles: one === NONE ? [] : [one] }); }}
        />
      )}
    </>
  );
}
