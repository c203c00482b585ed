/** A person's picture, or the letters that stand for it. */
import { fileAddress } from "../records/files/file-value.ts";
import { type Account, initialsOf } from "./account.ts";

export function Face({ account, large = false }: { account: Account | undefined; large?: boolean }) {
  const className = large ? "face large" : "face";
  if (account?.avatar)
    return <img className={className} src={fileAddress(account.avatar, large ? 320 : 160)} alt="" />;
  return (
    <span className={className} aria-hidden="true">
      {account ? initialsOf(account) : ""}
    </span>
  );
}
