/** The menu of the signed-in person: own account, second factors, signing out. */
import { useQuery } from "@tanstack/react-query";
import { useLogout } from "ra-core";
import { useState } from "react";
import { Link } from "react-router-dom";
import { ACCOUNT, nameOf, readAccount } from "../account/account.ts";
import { Face } from "../account/face.tsx";
import { useWords } from "../i18n.ts";
import { Confirm } from "../kit/dialog.tsx";
import { forgetUnsaved, hasUnsaved } from "../kit/guard.tsx";
import { Icon } from "../kit/icon.tsx";
import { Menu } from "../kit/menu.tsx";

export function UserMenu() {
  const words = useWords();
  const logout = useLogout();
  const [asked, setAsked] = useState(false);
  const { data: account } = useQuery({
    queryKey: ACCOUNT,
    queryFn: ({ signal }) => readAccount(signal),
    staleTime: 60_000,
  });
  const leave = () => {
    setAsked(false);
    forgetUnsaved();
    void logout();
  };
  return (
    <>
      <Menu label={words("nav.you")} face={<Face account={account} />}>
        {(close) => (
          <div className="user-menu">
            {account ? (
              <p className="whose">
                <strong>{nameOf(account)}</strong>
                <span className="quiet">{account.email || account.phone || account.username}</span>
              </p>
            ) : null}
            <Link className="option" to="/account" onClick={close}>
              <Icon name="person" />
              {words("account.title")}
            </Link>
            <Link className="option" to="/security" onClick={close}>
              <Icon name="lock" />
              {words("nav.security")}
            </Link>
            <button
              type="button"
              className="option"
              onClick={() => {
                close();
                if (hasUnsaved()) setAsked(true);
                else leave();
              }}
            >
              <Icon name="exit" />
              {words("nav.signOut")}
            </button>
          </div>
        )}
      </Menu>
      {asked ? (
        <Confirm
          title={words("guard.title")}
          action={words("guard.leave")}
          keep={words("guard.stay")}
          danger
          onConfirm={leave}
          onClose={() => setAsked(false)}
        >
          <p>{words("guard.about")}</p>
        </Confirm>
      ) : null}
    </>
  );
}
