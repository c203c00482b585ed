import { useEffect, useState } from "react";

/** The value, delayed until it has not changed for this long. */
export function useDebounced<T>(value: T, milliseconds = 200): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return late;
}
