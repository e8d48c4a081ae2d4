import { useEffect, useState } from 'react';

/** True once `holds` has been true for that long without a break, milliseconds. */
export function useSustained(holds: boolean, duration: number): boolean {
  const [lasted, setLasted] = useState(false);
  useEffect(() => {
    if (!holds) return undefined;
    const timer = setTimeout(() => {
      setLasted(true);
    }, duration);
    return () => {
      clearTimeout(timer);
      setLasted(false);
    };
  }, [holds, duration]);
  return holds && lasted;
}
