/** What went wrong with a request, in the words that the user gets to read. */

/** Why a service is down, as the guard found out. */
export interface Cause {
  kind: string;
  sentence: string;
  fix: string;
  /** What stands in them, by name: for other languages. */
  values?: Record<string, string>;
  /** Both before the values were put in, in pieces; empty where another program said it. */
  templates?: { sentence: string[]; fix: string[] };
}

export interface FieldError {
  field: string;
  message: string;
  /** Names the message, for other languages. */
  kind: string;
  values: Record<string, string>;
}

/** An `application/problem+json` document (RFC 9457) with the extensions of backend and guard. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  fix: string | null;
  errors: FieldError[];
  /** The server took the request and gave no answer in time: somebody is there, and hangs. */
  hangs: boolean;
  /** The service in whose place the guard or the forwarding answers, else null. */
  service: string | null;
  /** Its state, where the guard answers. */
  state: string | null;
  cause: Cause | null;
  /** Of a preview: what a download would fail of. */
  kind: string | null;
  /** What stands in the sentence, by name: for other languages. */
  values: Record<string, string>;
}

export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.problem = problem;
  }

  /** The server is away, as opposed to having refused this particular request. */
  get away(): boolean {
    return this.problem.status === 0 || this.problem.service !== null;
  }

  /** The request certainly never reached its server, so that sending it again is safe. */
  get unreached(): boolean {
    return this.problem.service !== null && this.problem.status === 503;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function causeOf(value: unknown): Cause | null {
  if (!isRecord(value)) return null;
  const sentence = text(value.sentence);
  if (sentence === null) return null;
  const templates = templatesOf(value.templates);
  return {
    kind: text(value.kind) ?? 'unknown',
    sentence,
    fix: text(value.fix) ?? '',
    values: valuesOf(value.values),
    ...(templates && { templates }),
  };
}

function templatesOf(value: unknown): Cause['templates'] | null {
  if (!isRecord(value) || !Array.isArray(value.sentence) || !Array.isArray(value.fix)) return null;
  return { sentence: value.sentence.map(String), fix: value.fix.map(String) };
}

function valuesOf(value: unknown): Record<string, string> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)])) : {};
}

function fieldErrorsOf(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isRecord)
    .map((entry) => ({
      field: text(entry.field) ?? '',
      message: text(entry.message) ?? '',
      kind: text(entry.kind) ?? '',
      values: valuesOf(entry.values),
    }))
    .filter(({ message }) => message !== '');
}

export function problemOf(status: number, body: unknown): Problem {
  const document = isRecord(body) ? body : {};
  return {
    title: text(document.title) ?? '',
    status,
    detail: text(document.detail) ?? `HTTP ${status.toString()}`,
    fix: text(document.fix),
    errors: fieldErrorsOf(document.errors),
    hangs: false,
    service: text(document.service),
    state: text(document.state),
    cause: causeOf(document.cause),
    kind: text(document.kind),
    values: valuesOf(document.values),
  };
}

/** No answer at all: the network, or the server of this page, is gone. */
export function noResponse(detail: string, hangs = false): Problem {
  return { ...problemOf(0, null), detail, hangs };
}
