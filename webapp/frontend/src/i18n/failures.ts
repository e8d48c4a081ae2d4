/** What went wrong, in the reader's language. English is what the backend itself says. */
import type { Cause, FieldError } from '@/api/problem.ts';
import { translate, type TextKey } from './translate.ts';

/** A sentence and a fix for each kind of failure. */
export type Failures = Record<string, readonly [sentence: string, fix: string]>;

export interface Failure {
  kind: string;
  sentence: string;
  fix: string;
  /** What stands in the sentence, by name. */
  values?: Record<string, string>;
}

let known: Failures = {};

export function setFailures(failures: Failures): void {
  known = failures;
}

/** The values that a sentence of the backend carries in brackets at its end: " (HTTP 404)". */
function detailOf(sentence: string): string {
  return / \([^()]+\)(?=\.?$)/.exec(sentence)?.[0] ?? '';
}

function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    // What a file is instead of a medium, and why the system refuses: names that have words of their own.
    if (name === 'what' || name === 'why') return known[`${name}:${value}`]?.[0] ?? value;
    return name === 'state' ? translate(`state.${value}` as TextKey) : value;
  });
}

/** The failure in the language of the page; as the backend says it where the kind is not known. */
export function localFailure(failure: Failure): Failure {
  const told = known[failure.kind];
  if (!told) return failure;
  const [sentence, fix] = told.map((text) => filled(text, failure.values ?? {}));
  if (sentence === undefined || fix === undefined || /\{\{\w+\}\}/.test(sentence + fix)) return failure; // a value is missing
  if (told[0].includes('{{')) return { ...failure, sentence, fix };
  return { ...failure, sentence: sentence.replace(/\.$/, `${detailOf(failure.sentence)}.`), fix };
}

/** A text of the guard's, in the language of the page; null where a piece or a value of it is missing. */
function localText(templates: readonly string[], values: Record<string, string>): string | null {
  const texts = templates.map((template) => (/[^{}\s]/.test(template.replace(/\{\w+\}/g, '')) ? known[`cause:${template}`]?.[0] : template));
  if (texts.length === 0 || texts.includes(undefined)) return null;
  const said = texts.join(' ');
  const names = [...said.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.some((name) => values[name] === undefined)) return null;
  return said.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Why a service is down, in the language of the page; as the guard says it where that is not known. */
export function localCause<Told extends Cause>(cause: Told): Told {
  const { sentence, fix, values = {}, templates } = cause;
  return {
    ...cause,
    sentence: localText(templates?.sentence ?? [], values) ?? sentence,
    fix: localText(templates?.fix ?? [], values) ?? fix,
  };
}

/** What is wrong with a field, to be shown beside it. */
export function localField({ kind, message, values }: FieldError): string {
  return localFailure({ kind, values, sentence: message, fix: '' }).sentence;
}

/** What is wrong with a field, to be shown elsewhere: what the backend says in English names it itself. */
export function namedField(error: FieldError): string {
  const said = localField(error);
  return error.kind.startsWith('field-') && said !== error.message ? `${error.field}: ${said}` : said;
}
