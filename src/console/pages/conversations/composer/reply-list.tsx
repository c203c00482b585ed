/** The saved replies that match what is typed. */
import { Link } from "react-router-dom";
import { useWords } from "../../../i18n.ts";
import type { SavedReply } from "./replies.ts";

interface ReplyListProps {
  readonly id: string;
  readonly found: readonly SavedReply[];
  readonly at: number;
  readonly onPick: (reply: SavedReply) => void;
}

export function ReplyList({ id, found, at, onPick }: ReplyListProps) {
  const words = useWords();
  return (
    <div className="panel replies" onPointerDown={(event) => event.preventDefault()}>
      <div id={id} role="listbox" aria-label={words("talk.replies")}>
        {found.map((reply, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the answer, which names the active option.
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the answer's.
          <div
            key={reply.id}
            id={`${id}-${index}`}
            ref={index === at ? (row) => row?.scrollIntoView({ block: "nearest" }) : undefined}
            role="option"
            aria-selected={index === at}
            className="choice-option"
            onClick={() => onPick(reply)}
          >
            <strong>{reply.title}</strong>
            <small>{reply.text}</small>
          </div>
        ))}
      </div>
      {found.length === 0 ? (
        <p className="quiet pad" role="status">
          {words("talk.noReplies")}
        </p>
      ) : null}
      <p className="replies-foot">
        <Link to="/saved-replies">{words("talk.manageReplies")}</Link>
        <Link to="/saved-replies/create">{words("talk.newReply")}</Link>
      </p>
    </div>
  );
}
