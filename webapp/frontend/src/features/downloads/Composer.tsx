import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { useCreate } from '@/entities/download/mutations.ts';
import { platformOf, readLinks } from '@/entities/download/parse-links.ts';
import type { Preview } from '@/api/types.ts';
import { Button } from '@/components/Button.tsx';
import { Icon } from '@/components/icons.tsx';
import { ChoiceRow } from './ChoiceRow.tsx';
import { WHOLE, readClip, type Clip } from './clip.ts';
import css from './Composer.module.css';
import { Destination } from './Destination.tsx';
import { MoreOptions } from './MoreOptions.tsx';
import { toSend, useChosen } from './use-chosen.ts';
import { usePreview } from './use-preview.ts';
import { LazyPreview } from './LazyPreview.tsx';
import { useDraft } from './use-draft.ts';

const MAX_ROWS = 8; // as high as the style lets it be, for browsers that do not size it by its content
const MAX_QUOTE = 60; // characters of a wrong line that are worth repeating

export function Composer() {
  const { t } = useTranslation();
  const create = useCreate();
  const choosing = useChosen(); // before the draft, which clears the address that both are read from
  const [complaint, setComplaint] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const start = useRef<HTMLButtonElement>(null);
  const [draft, setDraft] = useDraft(() => {
    setComplaint(null);
    field.current?.focus();
  });
  const looked = usePreview(draft);
  const [clip, setClip] = useState(WHOLE);
  const [wantedEntries, setWantedEntries] = useWantedEntries(looked.preview);
  const id = useId();
  const reading = readLinks(draft);
  const isList = (looked.preview?.entries.length ?? 0) > 0;
  const wanted = isList ? [...wantedEntries] : reading.ok ? reading.links : [];

  const complainOfLinks = (line: string | null): void => {
    const quote = line !== null && line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line;
    setComplaint(quote === null ? t('composer.empty') : t('composer.invalidLine', { line: quote }));
  };

  const submit = (): void => {
    const part = readClip(clip);
    if (!reading.ok) {
      complainOfLinks(reading.line);
    } else if (!part.ok) {
      setComplaint(t(part.key, { time: part.time }));
      focusInvalid(form.current);
      return;
    } else {
      if (wanted.length === 0) return; // a list of which nothing is chosen
      const list = isList && looked.preview ? { entries: looked.preview.entries } : {};
      create({ urls: wanted, ...list, ...toSend(choosing), ...part.how });
      setClip(WHOLE);
      setDraft('');
      setComplaint(null);
    }
    field.current?.focus();
  };

  const changeClip = (next: Clip): void => {
    setClip(next);
    setComplaint(null);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // Out of the field, to where single keys are shortcuts, and on to where Tab would lead.
    if (event.key === 'Escape' && !event.nativeEvent.isComposing) start.current?.focus();
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      submit();
    }
  };

  return (
    <form
      ref={form}
      className={css.composer}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h1 className={css.title}>{t('composer.title')}</h1>
      <div className={css.field} data-invalid={complaint !== null && !reading.ok}>
        <Icon name="link" />
        <label className="visually-hidden" htmlFor={id}>
          {t('composer.label')}
        </label>
        <textarea
          ref={field}
          id={id}
          className={css.input}
          rows={Math.min(draft.split('\n').length, MAX_ROWS)}
          autoFocus
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          inputMode="url"
          enterKeyHint="go"
          data-shortcut="find"
          placeholder={t('composer.placeholder')}
          value={draft}
          aria-invalid={complaint !== null && !reading.ok}
          aria-describedby={`${id}-note`}
          onChange={(event) => {
            setDraft(event.target.value);
            setComplaint(null);
          }}
          onKeyDown={onKeyDown}
        />
        <Recognised links={reading.ok ? reading.links : []} />
        <Button ref={start} type="submit" look="primary" icon="arrow" className={css.submit} disabled={isList && wanted.length === 0}>
          {wanted.length > 1 ? t('composer.submitMany', { count: wanted.length }) : t('composer.submit')}
        </Button>
      </div>
      <p id={`${id}-note`} className={css.note} role={complaint ? 'alert' : undefined} data-bad={complaint !== null}>
        {complaint ?? t('composer.hint')}
        {complaint === null && <span className={css.keys}> {t('composer.keys')}</span>}
      </p>
      <LazyPreview choosing={choosing} link={reading.ok ? (reading.links[0] ?? null) : null} state={looked} chosen={wantedEntries} onChoose={setWantedEntries} />
      <ChoiceRow choosing={choosing} preview={looked.preview} />
      <MoreOptions choosing={choosing} clip={clip} preview={looked.preview} onClip={changeClip} />
      <Destination />
    </form>
  );
}

/** The time that was complained of, wherever it is folded away. */
function focusInvalid(form: HTMLFormElement | null): void {
  const bad = form?.querySelector<HTMLInputElement>('details [aria-invalid=true]');
  const folded = bad?.closest('details');
  if (folded) folded.open = true;
  bad?.focus();
}

/** The platform of one link, or how many links there are. */
function Recognised({ links }: { links: readonly string[] }) {
  const { t } = useTranslation();
  const [first] = links;
  if (first === undefined) return null;
  return (
    <span className={css.platform}>
      {links.length > 1 ? t('composer.links', { count: links.length }) : platformOf(first)}
    </span>
  );
}

/** All entries of a list, until the user chooses otherwise. */
function useWantedEntries(preview: Preview | null): [ReadonlySet<string>, (chosen: ReadonlySet<string>) => void] {
  const [state, setState] = useState<{ of: Preview | null; chosen: ReadonlySet<string> }>({
    of: null,
    chosen: new Set(),
  });
  if (state.of === preview) return [state.chosen, (chosen) => { setState({ of: preview, chosen }); }];
  const chosen = chosenOf(preview, state);
  setState({ of: preview, chosen });
  return [chosen, () => undefined];
}

/** Of the same list, looked at again or now with all of its entries, what was left out stays so. */
function chosenOf(preview: Preview | null, before: { of: Preview | null; chosen: ReadonlySet<string> }): ReadonlySet<string> {
  const known = before.of?.key === preview?.key ? (before.of?.entries ?? []) : [];
  const left = new Set(known.flatMap(({ url }) => (before.chosen.has(url) ? [] : [url])));
  return new Set(preview?.entries.flatMap(({ url }) => (left.has(url) ? [] : [url])));
}
