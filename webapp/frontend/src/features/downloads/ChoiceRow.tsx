import { useTranslation } from '@/i18n/translate.ts';
import { formatBytes } from '@/i18n/format.ts';
import { useLocale } from '@/i18n/locale.ts';
import { RESOLUTIONS, type Preview, type Resolution } from '@/api/types.ts';
import { Select } from '@/components/Select.tsx';
import { SegmentedControl } from '@/components/SegmentedControl.tsx';
import { profileName, profileOf } from '@/entities/profile/profile.ts';
import css from './Composer.module.css';
import { FORMATS_OF, kindOf, lastFormat, rememberFormat } from './format-preferences.ts';
import { fetchedSize, offeredSizes } from './sizes.ts';
import type { Choosing } from './use-chosen.ts';

const KINDS = ['video', 'audio'] as const;

interface ChoiceRowProps {
  choosing: Choosing;
  preview: Preview | null;
}

/** What everybody chooses: profile, kind, format, resolution. */
export function ChoiceRow({ choosing, preview }: ChoiceRowProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { choices, change } = choosing;
  const kind = kindOf(choices.format);
  const sizeOf = (bytes: number | null | undefined): string =>
    bytes == null ? '' : ` · ${formatBytes(bytes, locale)}`;
  const offered = offeredSizes(preview);
  const taken = fetchedSize(choices.resolution, offered);
  const usual = RESOLUTIONS.some((one) => one === taken) ? RESOLUTIONS : [...RESOLUTIONS, taken];
  const resolutions = offered.length === 0 ? usual : ['best', ...offered];
  const labelOf = (one: Resolution): string => {
    const name = one === 'best' ? t('composer.best') : one;
    return name + sizeOf(preview?.resolutions.find(({ resolution }) => resolution === one)?.bytes);
  };
  return (
    <div className={css.choices}>
      <Profiles choosing={choosing} />
      <SegmentedControl
        label={t('composer.kind')}
        values={KINDS}
        value={kind}
        show={(one) => t(`composer.${one}`)}
        icon={(one) => one}
        both
        onChange={(one) => {
          change({ format: lastFormat(one) });
        }}
      />
      <span className={css.streams}>
        <Select
          label={t('composer.format')}
          values={FORMATS_OF[kind]}
          value={choices.format}
          show={(format) => format.toUpperCase() + (format === 'm4a' ? sizeOf(preview?.audio_bytes) : '')}
          onChange={(format) => {
            rememberFormat(format);
            change({ format });
          }}
        />
        {kind === 'video' && (
          <Select
            label={t('composer.resolution')}
            values={resolutions}
            value={taken}
            show={labelOf}
            onChange={(resolution) => {
              change({ resolution });
            }}
          />
        )}
      </span>
      {kind === 'video' && taken !== choices.resolution && (
        <p className={css.instead} role="status">
          {t('composer.instead', { wanted: choices.resolution, taken })}
        </p>
      )}
    </div>
  );
}

/** Named choices; the one that counts says whether something differs from it. */
function Profiles({ choosing: { profiles, chosen, take } }: { choosing: Choosing }) {
  const { t } = useTranslation();
  const current = profileOf(chosen, profiles);
  if (current === null) return <div className={css.unknown} aria-hidden />; // its place, so that nothing moves when they come
  const changed = Object.keys(chosen.changes).length > 0;
  const show = (id: string): string => {
    const profile = profiles.find((one) => one.id === id) ?? current;
    const name = profileName(profile);
    return changed && profile === current ? t('profile.changed', { name }) : name;
  };
  return (
    <Select
      label={t('profile.label')}
      values={profiles.map(({ id }) => id)}
      value={current.id}
      show={show}
      onChange={(id) => {
        take(profiles.find((one) => one.id === id)?.default ? null : id);
      }}
    />
  );
}
