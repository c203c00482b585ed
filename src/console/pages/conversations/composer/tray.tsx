/** Files that wait in an answer, with their progress or the reason why they were refused. */
import { useWords } from "../../../i18n.ts";
import { Button } from "../../../kit/button.tsx";
import { Icon } from "../../../kit/icon.tsx";
import type { Upload, Uploads } from "./uploads.ts";

export function Tray({ uploads }: { uploads: Uploads }) {
  const words = useWords();
  if (uploads.files.length === 0) return null;
  return (
    <ul className="tray" aria-label={words("talk.files")}>
      {uploads.files.map((file) => (
        <li key={file.key} data-state={file.fault ? "refused" : file.id === null ? "sending" : "stored"}>
          {file.picture ? <img src={file.picture} alt="" /> : <Icon name="file" />}
          <span>
            <span className="ellipsis">{file.name}</span>
            <Progress file={file} />
          </span>
          <Button
            look="quiet"
            icon="close"
            label={words("talk.remove", { name: file.name })}
            onClick={() => uploads.remove(file.key)}
          />
        </li>
      ))}
    </ul>
  );
}

function Progress({ file }: { file: Upload }) {
  const words = useWords();
  if (file.fault)
    return (
      <small className="fault" role="alert">
        {file.fault}
      </small>
    );
  if (file.id !== null) return <small>{words("talk.stored")}</small>;
  return <progress value={file.progress} max={1} aria-label={file.name} />;
}
