import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useCreate } from '@/lib/downloads/actions.ts';
import { AUDIO_FORMATS, RESOLUTIONS, VIDEO_FORMATS, type CreateDownload } from '@/lib/types.ts';
import { Button } from '@/ui/Button.tsx';
import { Icon } from '@/ui/icons.tsx';
import { Segments } from '@/ui/Segments.tsx';
import css from './Composer.module.css';
import { readLinks } from './links.ts';
import { useDraft, usePreferences, type Preferences } from './preferences.ts';

const KINDS = ['video', 'audio'] as const;

function wishFor(url: string, preferences: Preferences): CreateDownload {
  const { kind, video, audio, resolution } = preferences;
  return kind === 'video'
    ? { url, format: video, resolution }
    : { url, format: audio, resolution: 'best' };
}

export function Composer() {
  const { t } = useTranslation();
  const create = useCreate();
  const [preferences, setPreferences] = usePreferences();
  const [draft, setDraft] = useDraft();
  const [complaint, setComplaint] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();

  const submit = (): void => {
    const reading = readLinks(draft);
    if (reading.ok) {
      for (const link of reading.links) create(wishFor(link, preferences));
      setDraft('');
      setComplaint(null);
    } else if (reading.line === null) {
      setComplaint(t('composer.empty'));
    } else {
      const line = reading.line.length > 60 ? `${reading.line.slice(0, 60)}…` : reading.line;
      setComplaint(t('composer.invalidLine', { line }));
    }
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
  };

  return (
    <form
      className={css.composer}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h1 className={css.title}>{t('composer.title')}</h1>
      <div className={css.field} data-invalid={complaint !== null}>
        <Icon name="link" />
        <label className="visually-hidden" htmlFor={id}>
          {t('composer.label')}
        </label>
        <textarea
          ref={field}
          id={id}
          className={css.input}
          rows={1}
          autoFocus
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          inputMode="url"
          enterKeyHint="go"
          placeholder={t('composer.placeholder')}
          value={draft}
          aria-invalid={complaint !== null}
          aria-describedby={`${id}-note`}
          onChange={(event) => {
            setDraft(event.target.value);
            setComplaint(null);
          }}
          onKeyDown={onKeyDown}
        />
        <Button type="submit" look="primary" icon="arrow" className={css.submit}>
          {t('composer.submit')}
        </Button>
      </div>
      <p id={`${id}-note`} className={css.note} role={complaint ? 'alert' : undefined} data-bad={complaint !== null}>
        {complaint ?? t('composer.hint')}
      </p>
      <div className={css.choices}>
        <Segments
          label={t('composer.kind')}
          values={KINDS}
          value={preferences.kind}
          show={(kind) => t(`composer.${kind}`)}
          icon={(kind) => kind}
          both
          onChange={(kind) => {
            setPreferences({ kind });
          }}
        />
        {preferences.kind === 'video' ? (
          <>
            <Choice
              label={t('composer.format')}
              values={VIDEO_FORMATS}
              value={preferences.video}
              show={(format) => format.toUpperCase()}
              onChange={(video) => {
                setPreferences({ video });
              }}
            />
            <Choice
              label={t('composer.resolution')}
              values={RESOLUTIONS}
              value={preferences.resolution}
              show={(resolution) => (resolution === 'best' ? t('composer.best') : resolution)}
              onChange={(resolution) => {
                setPreferences({ resolution });
              }}
            />
          </>
        ) : (
          <Choice
            label={t('composer.format')}
            values={AUDIO_FORMATS}
            value={preferences.audio}
            show={(format) => format.toUpperCase()}
            onChange={(audio) => {
              setPreferences({ audio });
            }}
          />
        )}
      </div>
    </form>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  values: readonly T[];
  value: T;
  show: (value: T) => string;
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, values, value, show, onChange }: ChoiceProps<T>) {
  return (
    <label className={css.choice}>
      <span>{label}</span>
      <select
        value={value}
        onChange={(event) => {
          const chosen = values.find((one) => one === event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {values.map((one) => (
          <option key={one} value={one}>
            {show(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
