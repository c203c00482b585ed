/** How many of one's conversations have something unread, beside their place in the menu. */
import { useRoom } from "@caravan/client/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useWords } from "../i18n.ts";
import { readCounts } from "../pages/conversations/requests.ts";

/** Once a minute, because what others do with a conversation is no notification. */
const EVERY = 60_000;

export function UnreadConversations() {
  const words = useWords();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ["conversation-counts"],
    queryFn: ({ signal }) => readCounts(signal),
    refetchInterval: EVERY,
  });
  // A message by a client is a notification to their operator.
  useRoom("me", { entry: () => void queries.invalidateQueries({ queryKey: ["conversation-counts"] }) });
  if (!data?.unread) return null;
  return (
    <span className="menu-count" title={words("talk.unread", { n: data.unread })}>
      {data.unread}
    </span>
  );
}
