import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation, type Translate } from '@/i18n/translate.ts';
import { useCreate } from '@/entities/download/mutations.ts';
import { platformOf, readLinks } from '@/entities/download/parse-links.ts';
import { Button } from '@/components/Button.tsx';
import { Icon } from '@/components/icons.tsx';
import { ChoiceRow } from './ChoiceRow.tsx';
import { WHOLE, readClip, type Clip } from './clip.ts';
import css from './Composer.module.css';
import { Destination } from './Destination.tsx';
import { MoreOptions } from './MoreOptions.tsx';
import { toSend, useChosen } from './use-chosen.ts';
import { LazyPreview } from './LazyPreview.tsx';
import { sizeToSend } from './sizes.ts';
import { useDraft } from './use-draft.ts';
import { useList } from './use-list.ts';
import { usePreview, type PreviewState } from './use-preview.ts';

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
  const list = useList(looked.preview);
  const id = useId();
  const reading = readLinks(draft);
  const isList = list.entries.length > 0;
  const entries = list.entries.flatMap(({ entry }) => (list.chosen.has(entry.url) ? [entry] : []));
  const wanted = isList ? entries.map(({ url }) => url) : reading.ok ? reading.links : [];
  const waits = isList && list.others && looked.extent.state === 'loading'; // the rest of it is wanted too

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
      if (waits || wanted.length === 0) return; // a list that is not all there, or of which nothing is chosen
      create({ urls: wanted, ...(isList && { entries }), ...toSend(choosing), ...sizeToSend(choosing.choices, looked.preview), ...part.how });
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
        <Button ref={start} type="submit" look="primary" icon="arrow" className={css.submit} disabled={waits || (isList && wanted.length === 0)}>
          {submitText(t, wanted.length, looked, waits)}
        </Button>
      </div>
      <p id={`${id}-note`} className={css.note} role={complaint ? 'alert' : undefined} data-bad={complaint !== null}>
        {complaint ?? t('composer.hint')}
        {complaint === null && <span className={css.keys}> {t('composer.keys')}</span>}
      </p>
      <LazyPreview choosing={choosing} link={reading.ok ? (reading.links[0] ?? null) : null} state={looked} list={list} />
      <ChoiceRow choosing={choosing} preview={looked.preview} />
      <MoreOptions choosing={choosing} clip={clip} preview={looked.preview} onClip={changeClip} />
      <Destination choices={choosing.choices} />
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

/** What will be downloaded: no part of a list is taken for the whole. */
function submitText(t: Translate, count: number, { preview, extent }: PreviewState, waits: boolean): string {
  const loaded = preview?.entries.length ?? 0;
  const missing = (preview?.total ?? loaded) - loaded;
  if (waits && missing > 0) return t('composer.submitMany', { count: count + missing });
  if (!waits && loaded > 1 && count === loaded && extent.state !== 'whole') return t('composer.submitFirst', { count });
  return count > 1 && !waits ? t('composer.submitMany', { count }) : t('composer.submit');
}
