import { describe, expect, test } from 'vitest';
import { ApiError, problemOf, noResponse } from './problem.ts';

describe('a problem document', () => {
  test('is read whole', () => {
    const problem = problemOf(422, {
      title: 'Unprocessable',
      detail: 'One field is wrong.',
      fix: 'Mend it.',
      errors: [{ field: 'url', message: 'is not a link' }, 'nonsense', { field: 'x' }],
    });
    expect(problem).toMatchObject({
      status: 422,
      detail: 'One field is wrong.',
      fix: 'Mend it.',
      errors: [{ field: 'url', message: 'is not a link' }],
    });
  });

  test('brings why a service is down, with what it takes to say it in another language', () => {
    const cause = {
      kind: 'exit',
      sentence: 'api ended with error code 3.',
      fix: 'make logs p=api',
      values: { name: 'api', code: '3', logs: 'make logs p=api' },
      templates: { sentence: ['{name} ended with error code {code}.'], fix: ['{logs}'] },
    };
    expect(problemOf(503, { cause }).cause).toEqual(cause);
    expect(problemOf(503, { cause: { ...cause, templates: 'nonsense' } }).cause).not.toHaveProperty('templates');
  });

  test.each([null, 'text', 3, [], { detail: 5, errors: {}, cause: [] }])('may be nonsense: %j', (body) => {
    expect(problemOf(500, body)).toMatchObject({ detail: 'HTTP 500', errors: [], cause: null });
  });
});

describe('an error of the API', () => {
  const standby = problemOf(503, { detail: 'api is not there', service: 'api', state: 'BROKEN' });

  test('is an absence when the guard answers in place of the server, or nobody does', () => {
    expect(new ApiError(standby).away).toBe(true);
    expect(new ApiError(noResponse('gone')).away).toBe(true);
    expect(new ApiError(problemOf(503, { detail: 'Still warming up.' })).away).toBe(false);
    expect(new ApiError(problemOf(404, null)).away).toBe(false);
  });

  test('may be sent again only when the server certainly has not seen it', () => {
    expect(new ApiError(standby).unreached).toBe(true);
    expect(new ApiError(problemOf(502, { service: 'api' })).unreached).toBe(false);
    expect(new ApiError(noResponse('gone')).unreached).toBe(false);
  });
});
