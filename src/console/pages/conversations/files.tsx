/** Files of a message: pictures inline and opened large, others to download. */
import { useWords } from "../../i18n.ts";
import { Icon } from "../../kit/icon.tsx";
import { FileFacts } from "../../records/files/file-facts.tsx";
import { fileAddress } from "../../records/files/file-value.ts";
import type { Opened } from "../../records/files/lightbox.tsx";
import type { Attachment } from "./requests.ts";

/** Types that every browser shows. */
export const isPicture = ({ content_type: type }: Attachment) =>
  /^image\/(jpeg|png|webp|gif|avif)$/.test(type);

/** As files of records are opened and described. */
export const openedFile = ({ id, name, content_type: type, size, url }: Attachment): Opened => ({
  title: name,
  value: { version: String(id), name, type, size, uploaded_at: null, url },
});

/** Pixels; the server has a fixed set of widths. */
const THUMBNAIL = 640;

export function Files({
  files,
  onOpen,
}: {
  files: readonly Attachment[];
  onOpen: (picture: Attachment) => void;
}) {
  const words = useWords();
  if (files.length === 0) return null;
  return (
    <div className="bubble-files">
      {files.map((file) =>
        isPicture(file) ? (
          <button
            key={file.id}
            type="button"
            className="picture"
            aria-label={words("file.open", { name: file.name })}
            onClick={() => onOpen(file)}
          >
            <img src={fileAddress(file.url, THUMBNAIL)} alt="" loading="lazy" />
          </button>
        ) : (
          <a key={file.id} className="file-chip" href={fileAddress(file.url)} download={file.name}>
            <Icon name="file" />
            <FileFacts value={openedFile(file).value} />
            <Icon name="download" />
          </a>
        ),
      )}
    </div>
  );
}
