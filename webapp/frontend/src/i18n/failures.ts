/** Why a download failed, in the reader's language. English is what the backend itself says. */

/** A sentence and a fix for each kind of failure. */
export type Failures = Record<string, readonly [sentence: string, fix: string]>;

export interface Failure {
  kind: string;
  sentence: string;
  fix: string;
}

let known: Failures = {};

export function setFailures(failures: Failures): void {
  known = failures;
}

/** The values that a sentence of the backend carries in brackets at its end: " (HTTP 404)". */
function detailOf(sentence: string): string {
  return / \([^()]+\)(?=\.?$)/.exec(sentence)?.[0] ?? '';
}

/** The failure in the language of the page; as the backend says it where the kind is not known. */
export function localFailure(failure: Failure): Failure {
  const told = known[failure.kind];
  if (!told) return failure;
  const [sentence, fix] = told;
  return { ...failure, sentence: sentence.replace(/\.$/, `${detailOf(failure.sentence)}.`), fix };
}
