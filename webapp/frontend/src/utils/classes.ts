/** The names that there are, as an element takes them: `classes(css.name, isLong && 'clamp')`. */
export function classes(...names: (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}
