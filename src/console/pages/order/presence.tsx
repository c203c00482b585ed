/** Who else has an order open: the other operators in its room. */
import { useQuery } from "@tanstack/react-query";
import { useGetMany } from "ra-core";
import { useDeclared } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Icon } from "../../kit/icon.tsx";
import { titleOf } from "../../records/fields/titles.ts";
import { call } from "../../session.ts";

/** `users`: the ids of all operators who are present. */
export function OrderPresence({ users }: { users: readonly number[] }) {
  const words = useWords();
  const mayNames = useDeclared("users") !== undefined;
  const { data: own } = useQuery({
    queryKey: ["own-id"],
    queryFn: async ({ signal }) => (await call<{ pk: number }>("GET", "/api/auth/user/", { signal })).pk,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const others = own === undefined ? [] : users.filter((id) => id !== own);
  const { data = [] } = useGetMany("users", { ids: others }, { enabled: others.length > 0 && mayNames });
  if (others.length === 0) return null;
  const names = others.map((id) => {
    const person = data.find((each) => each?.id === id);
    return person ? titleOf(person) : `№ ${id}`;
  });
  return (
    <p className="presence" role="status">
      <Icon name="alert" />
      <span>{words("order.alsoOpen", { names: names.join(", ") })}</span>
    </p>
  );
}
