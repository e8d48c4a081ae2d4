/** The sign of the app: something that comes down and is kept. */
export function Logo() {
  return (
    <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--accent)" />
      <g stroke="var(--accent-ink)" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" fill="none">
        <path d="M16 7v11m0 0-4.5-4.5M16 18l4.5-4.5" />
        <path d="M7 22c3 0 3 2.5 6 2.5s3-2.5 6-2.5 3 2.5 6 2.5" />
      </g>
    </svg>
  );
}
