/** What went wrong, below what was tried; screen readers say it at once. Nothing without a text. */
export function Fault({ text, id }: { text: string | null | undefined; id?: string }) {
  if (!text) return null;
  return (
    <p className="fault" role="alert" id={id}>
      {text}
    </p>
  );
}
