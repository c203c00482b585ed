/** Two friends chat side by side. */
import { useEffect, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import code from "../code/chat.js?raw";
import { useWords } from "../language.tsx";
import { Code } from "../parts/code.tsx";
import { Seat } from "../parts/seat.tsx";
import { people, useView } from "../person/people.ts";
import { ChatApp } from "./chat-app.tsx";
import { befriend, chatsOf, chatWith, type Listed } from "./chats.ts";

export function ChatScene() {
  const { client, driver } = people;
  const chat = useChat();
  const room = chat.id === null ? null : `chat:${chat.id}`;
  return (
    <>
      <div className="seats">
        {[client, driver].map((person) => (
          <Seat key={person.seat} person={person} room={room}>
            {chat.id === null ? (
              <NoChat chat={chat} />
            ) : (
              <ChatApp
                key={chat.id}
                id={chat.id}
                person={person}
                other={(person === client ? driver : client).view.account?.first_name ?? ""}
              />
            )}
          </Seat>
        ))}
      </div>
      <Code source={code} />
    </>
  );
}

interface ChatChoice {
  readonly id: number | null;
  /** True: two people who are not friends. */
  readonly areStrangers: boolean;
  /** The chats of the only person. */
  readonly choices: readonly Listed[] | null;
  choose(id: number): void;
  befriend(): void;
}

/** The chat of both people; or one that the only person chooses. */
function useChat(): ChatChoice {
  const [one, other] = [people.client, people.driver];
  const [{ account: first, state }, { account: second, state: otherState }] = [useView(one), useView(other)];
  const isKnown = state !== "starting" && otherState !== "starting";
  const [id, setId] = useState<number | null>(null);
  const [areStrangers, setStrangers] = useState(false);
  const [choices, setChoices] = useState<readonly Listed[] | null>(null);
  useEffect(() => {
    let isOver = false;
    setId(null);
    setStrangers(false);
    setChoices(null);
    if (!isKnown) return;
    if (first && second)
      void chatWith(one.caravan, second.email).then((found) => {
        if (isOver) return;
        setId(found);
        setStrangers(found === null);
      });
    else if (first ?? second)
      void chatsOf((first ? one : other).caravan).then((found) => isOver || setChoices(found));
    return () => {
      isOver = true;
    };
  }, [one, other, isKnown, first, second]);
  return {
    id,
    areStrangers,
    choices,
    choose: setId,
    befriend() {
      if (!first || !second) return;
      void befriend([one.caravan, first], [other.caravan, second]).then((made) => {
        setId(made);
        setStrangers(made === null);
      });
    },
  };
}

function NoChat({ chat }: { chat: ChatChoice }) {
  const words = useWords();
  if (chat.areStrangers)
    return (
      <div className="pad">
        <p>{words("chat.strangers")}</p>
        <Button look="main" onClick={() => chat.befriend()}>
          {words("chat.befriend")}
        </Button>
      </div>
    );
  if (!chat.choices) return null;
  if (chat.choices.length === 0) return <p className="pad quiet">{words("chat.empty")}</p>;
  return (
    <div className="pad">
      <p>{words("chat.choose")}</p>
      <ul className="choices">
        {chat.choices.map(({ id, names }) => (
          <li key={id}>
            <Button onClick={() => chat.choose(id)}>{names}</Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
