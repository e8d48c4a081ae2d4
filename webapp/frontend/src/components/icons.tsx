/** Line icons on a 24 px grid. They are decoration: the control that holds one carries the name. */
const PATHS = {
  arrow: 'M12 4v13m0 0-5.5-5.5M12 17l5.5-5.5M5 21h14',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M9 6v12M15 6v12',
  close: 'm6.5 6.5 11 11m0-11-11 11',
  stop: 'M7 7h10v10H7z',
  remove: 'M8 12h8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  retry: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9m0-4.5V9H15',
  trash: 'M5 7h14M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7',
  save: 'M12 4.5v10m0 0-4-4m4 4 4-4M5 15.5v3.5h14v-3.5',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  video: 'M4 7h11v10H4zm11 4 5-3v8l-5-3z',
  audio: 'M9 17.5V6l10-2v11.5M9 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Zm10-2a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0Z',
  check: 'm5.5 12.5 4.5 4.5 8.5-10',
  alert: 'M12 8v5m0 3.5h.01M12 3.5 21 19.5H3z',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  sliders: 'M5 8h8m4 0h2M5 16h2m4 0h8M15 6v4M9 14v4',
  gear: 'M10.2 5.7L10.4 2.9L13.6 2.9L13.8 5.7L15.2 6.2L17.3 4.5L19.5 6.7L17.8 8.8L18.3 10.2L21.1 10.4L21.1 13.6L18.3 13.8L17.8 15.2L19.5 17.3L17.3 19.5L15.2 17.8L13.8 18.3L13.6 21.1L10.4 21.1L10.2 18.3L8.8 17.8L6.7 19.5L4.5 17.3L6.2 15.2L5.7 13.8L2.9 13.6L2.9 10.4L5.7 10.2L6.2 8.8L4.5 6.7L6.7 4.5L8.8 6.2ZM15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z',
  search: 'M16 16l4.5 4.500M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z',
  grid: 'M5 5h5.500v5.500H5zM13.5 5H19v5.500h-5.500zM5 13.500h5.500V19H5zM13.5 13.500H19V19h-5.500z',
  list: 'M9 6.500h11M9 12h11M9 17.500h11M4.5 6.500h.01M4.5 12h.01M4.5 17.500h.01',
  help: 'M9 9a3 3 0 1 1 4.5 2.600c-1 .6-1.5 1.2-1.5 2.400M12 17.500h.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  bell: 'M6 16.500V11a6 6 0 1 1 12 0v5.500l1.5 1.500h-15zM10 20.500h4',
  up: 'M12 19V6m0 0-5.5 5.5M12 6l5.5 5.5',
  down: 'M12 5v13m0 0-5.5-5.5M12 18l5.5-5.5',
  plus: 'M12 6v12M6 12h12',
  minus: 'M6 12h12',
  grip: 'M9 6h.01M9 12h.01M9 18h.01M15 6h.01M15 12h.01M15 18h.01',
  folder: 'M3.5 6.500h6l2 2.500h9v9.500h-17z',
  move: 'M3.5 6.500h6l2 2.500h9v9.500h-17zM9 14h6m0 0-2.500-2.500M15 14l-2.500 2.500',
  copy: 'M9 9h10v10H9zM15 9V5H5v10h4',
  feed: 'M5 19h.01M5 12.5a6.500 6.500 0 0 1 6.500 6.500M5 6a13 13 0 0 1 13 13',
  external: 'M14 5h5v5m0-5-8 8M17 14v5H5V7h5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' || name === 'grip' ? 2.6 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
