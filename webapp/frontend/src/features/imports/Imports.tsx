import { useId, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { SAVED, addArchive, addImport, listImportFolders, listImports, lookAtImport, stopImport } from '@/api/imports.ts';
import { ApiError } from '@/api/problem.ts';
import type { Import, ImportLook, ImportRefusal, ImportRequest } from '@/api/types.ts';
import { Button, IconButton } from '@/components/Button.tsx';
import { Field } from '@/components/Field.tsx';
import { Select } from '@/components/Select.tsx';
import css from '@/components/Items.module.css';
import { errorDetail, showErrorToast } from '@/entities/download/error-toast.ts';
import { formatBytes, formatMoment } from '@/i18n/format.ts';
import { localFailure, localField } from '@/i18n/failures.ts';
import { useLocale } from '@/i18n/locale.ts';
import { useTranslation } from '@/i18n/translate.ts';

const KEY = ['imports'] as const;
const LOOK_MS = 1000;
const MAX_BYTES = 3_900_000; // what the backend takes
const SHOWN = 5;

/** Files that are there already become part of the library; what it knows is saved elsewhere. */
export function Imports() {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => listImports(signal),
    refetchInterval: ({ state }) => (state.data?.items.some(({ state: one }) => one === 'running') === true ? LOOK_MS : false),
  });
  const items = data?.items ?? [];
  const origins = data?.origins ?? ['media'];
  const possible = origins.length > 0; // not where finished files are in a bucket
  return (
    <>
      <p className={css.soft}>{t(possible ? 'imports.hint' : 'imports.needsFolder')}</p>
      {possible && <ImportForm origins={origins} />}
      {items.length > 0 && (
        <ul className={css.items} aria-label={t('imports.title')}>
          {items.slice(0, SHOWN).map((one) => (
            <ImportRow key={one.id} of={one} />
          ))}
        </ul>
      )}
      <Archive />
      <div className={css.links}>
        <Saved href={SAVED.everything} label={t('imports.export')} />
        <Saved href={SAVED.links} label={t('imports.links')} />
        <Saved href={SAVED.archive} label={t('imports.saveArchive')} />
      </div>
    </>
  );
}

function ImportForm({ origins }: { origins: readonly ImportRequest['origin'][] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const id = useId();
  const [origin, setOrigin] = useState<ImportRequest['origin']>('media');
  const [folder, setFolder] = useState('');
  const folders = useQuery({
    queryKey: [...KEY, 'folders', origin],
    queryFn: ({ signal }) => listImportFolders(origin, signal),
    retry: false,
  });
  const look = useMutation({ mutationFn: lookAtImport });
  const add = useMutation({
    mutationFn: addImport,
    onSuccess: () => {
      look.reset();
      void client.invalidateQueries({ queryKey: KEY });
    },
  });
  const error = add.error ?? look.error;
  const wrong = error instanceof ApiError ? error.problem.errors : [];
  const ofFolder = wrong.find(({ field }) => field === 'folder');
  const onFolder = ofFolder && localField(ofFolder);
  const forget = (): void => {
    look.reset();
    add.reset();
  };
  return (
    <form
      className={css.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        add.reset();
        look.mutate({ origin, folder });
      }}
    >
      {origins.length > 1 && (
        <Select
          label={t('imports.origin')}
          values={origins}
          value={origin}
          show={(one) => t(`imports.origins.${one}`)}
          onChange={(one) => {
            forget();
            setOrigin(one);
          }}
        />
      )}
      <Field
        label={t('imports.folder')}
        value={folder}
        list={`${id}-folders`}
        placeholder={t('imports.all')}
        hint={origin === 'import' ? t('imports.linked') : undefined}
        error={onFolder}
        autoCapitalize="off"
        spellCheck={false}
        onChange={(next) => {
          forget();
          setFolder(next);
        }}
      />
      <datalist id={`${id}-folders`}>
        {(folders.data ?? []).map((one) => <option key={one} value={one} />)}
      </datalist>
      {error && onFolder === undefined && (
        <p className={css.bad} role="alert">
          {errorDetail(error)}
        </p>
      )}
      {look.data && <Found look={look.data} />}
      <div className={css.actions}>
        <Button type="submit" icon="search" disabled={look.isPending}>
          {t('imports.look')}
        </Button>
        {look.data !== undefined && look.data.new > 0 && (
          <Button
            look="primary"
            icon="plus"
            disabled={add.isPending}
            onClick={() => {
              add.mutate({ origin, folder });
            }}
          >
            {t('imports.add')}
          </Button>
        )}
      </div>
    </form>
  );
}

function Found({ look }: { look: ImportLook }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { known, refused, examples } = look;
  return (
    <div role="status">
      <p className={css.soft}>
        {look.new > 0 ? t('imports.found', { new: look.new, size: formatBytes(look.bytes, locale), known }) : t('imports.nothing', { known })}
      </p>
      {examples.slice(0, SHOWN).map((name) => (
        <p key={name} className={css.soft} dir="auto">
          {name}
        </p>
      ))}
      <Refused of={refused} count={refused.length} />
    </div>
  );
}

function Refused({ of, count }: { of: readonly ImportRefusal[]; count: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <details>
      <summary className={css.soft}>{t('imports.left', { count })}</summary>
      {of.map(({ name, detail, kind, values }) => (
        <p key={name} className={css.soft}>
          <bdi>{name}</bdi>: {localFailure({ kind: kind ?? '', values, sentence: detail, fix: '' }).sentence}
        </p>
      ))}
    </details>
  );
}

function ImportRow({ of }: { of: Import }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: stopImport,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
    onError: showErrorToast,
  });
  const { id, state, taken, found, known, refused, refusals, error } = of;
  const name = of.folder === '' ? t(`imports.origins.${of.origin}`) : of.folder;
  const far = found === null ? t('imports.counting') : t('imports.progress', { taken, found: Math.max(0, found - known) });
  return (
    <li className={css.item}>
      <div className={css.about}>
        <p dir="auto">{name}</p>
        <p>
          {t(`imports.states.${state}`)} · {far} · {formatMoment(of.created, locale)}
        </p>
        {error && <p data-bad>{localFailure(error).sentence}</p>}
        <Refused of={refusals} count={refused} />
      </div>
      {state === 'running' && (
        <IconButton
          icon="stop"
          label={t('imports.stop')}
          onClick={() => {
            stop.mutate(id);
          }}
        />
      )}
    </li>
  );
}

function Archive() {
  const { t } = useTranslation();
  const [tooLarge, setTooLarge] = useState(false);
  const read = useMutation({ mutationFn: addArchive });
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    read.reset();
    setTooLarge(file.size > MAX_BYTES);
    if (file.size <= MAX_BYTES) read.mutate(await file.text());
  };
  const complaint = tooLarge ? t('imports.tooLarge') : read.error ? errorDetail(read.error) : null;
  return (
    <>
      <label className={css.file}>
        <span>{t('imports.archive')}</span>
        <input
          type="file"
          accept=".txt,text/plain"
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = ''; // the same file may be chosen again
          }}
        />
      </label>
      <p className={complaint === null ? css.soft : css.bad} role={complaint === null ? 'status' : 'alert'}>
        {complaint ?? (read.data ? t('imports.taken', { ...read.data }) : t('imports.archiveHint'))}
      </p>
    </>
  );
}

/** The browser asks where to, or has a folder for it. */
function Saved({ href, label }: { href: string; label: string }) {
  return (
    <a className={css.link} href={href} download>
      {label}
    </a>
  );
}
