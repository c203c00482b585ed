/** The frame of every page: menu, search, account. */

import { useLiveState } from "@caravan/client/react";
import { useLocaleState, useStore } from "ra-core";
import { type ReactNode, useEffect, useState } from "react";
import { NavLink, useLocation } from "react-router-dom";
import { MENU, mayOpen, type Resource, useLabel, useResources } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import { toggleTheme } from "../theme.ts";
import type { Word } from "../words.ts";
import { Offline } from "./offline.tsx";
import { Palette } from "./palette.tsx";
import { UnreadConversations } from "./unread.tsx";
import { UserMenu } from "./user-menu.tsx";

export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [finding, setFinding] = useState(false);
  const { pathname } = useLocation();
  const words = useWords();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu on a phone closes after navigation.
  useEffect(() => setOpen(false), [pathname]);
  useEffect(() => {
    const find = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
      if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing)) {
        event.preventDefault();
        setFinding(true);
      }
    };
    document.addEventListener("keydown", find);
    return () => document.removeEventListener("keydown", find);
  }, []);
  return (
    <div className="shell" data-menu={open ? "open" : "closed"}>
      <a className="skip" href="#content">
        {words("app.skip")}
      </a>
      <header className="top">
        <Button
          className="menu-button"
          look="quiet"
          icon="menu"
          label={words("nav.menu")}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
        <NavLink to="/" className="brand" end>
          {words("app.name")}
        </NavLink>
        <button type="button" className="find" onClick={() => setFinding(true)}>
          <Icon name="search" />
          <span>{words("nav.search")}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <LiveDot />
        <Preferences />
      </header>
      <nav className="side" aria-label={words("nav.menu")}>
        <Places />
      </nav>
      {open ? (
        <button
          type="button"
          className="shade"
          aria-label={words("do.close")}
          onClick={() => setOpen(false)}
        />
      ) : null}
      <main id="content" tabIndex={-1}>
        <Offline />
        {children}
      </main>
      {finding ? <Palette onClose={() => setFinding(false)} /> : null}
    </div>
  );
}

function Places() {
  const resources = useResources();
  const words = useWords();
  return (
    <>
      <ul>
        {mayOpen(resources, "overview") ? (
          <Place to="/" icon="overview" name={words("nav.overview")} />
        ) : null}
        {mayOpen(resources, "live") ? <Place to="/map" icon="map" name={words("nav.map")} /> : null}
        {mayOpen(resources, "tickets") ? (
          <Place to="/conversations" icon="chat" name={words("nav.tickets")} more={<UnreadConversations />} />
        ) : null}
      </ul>
      {MENU.map((group) => (
        <Group key={group} name={group} resources={resources.filter((each) => each.group === group)} />
      ))}
    </>
  );
}

function Group({ name, resources }: { name: (typeof MENU)[number]; resources: readonly Resource[] }) {
  const words = useWords();
  const label = useLabel();
  const { pathname } = useLocation();
  const [open, setOpen] = useStore(`menu.${name}`, name === "towing" || name === "support");
  const here = resources.some((resource) => pathname.split("/")[1] === resource.name);
  useEffect(() => {
    if (here) setOpen(true);
  }, [here, setOpen]);
  if (resources.length === 0) return null;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words(`group.${name}` satisfies Word)}</summary>
      <ul>
        {resources.map((resource) => (
          <Place key={resource.name} to={`/${resource.name}`} name={label(resource.label)} />
        ))}
      </ul>
    </details>
  );
}

interface PlaceProps {
  readonly to: string;
  readonly name: string;
  readonly icon?: IconName;
  readonly more?: ReactNode;
}

function Place({ to, name, icon, more }: PlaceProps) {
  return (
    <li>
      <NavLink to={to} end={to === "/"}>
        {icon ? <Icon name={icon} /> : null}
        {name}
        {more}
      </NavLink>
    </li>
  );
}

function LiveDot() {
  const state = useLiveState();
  const words = useWords();
  return (
    <span className="live" data-live={state} role="status" title={words(`live.${state}`)}>
      <span>{words(`live.${state}`)}</span>
    </span>
  );
}

function Preferences() {
  const [locale, setLocale] = useLocaleState();
  const words = useWords();
  return (
    <div className="preferences">
      <Button
        look="quiet"
        onClick={() => setLocale(locale === "ru" ? "en" : "ru")}
        title={words("nav.language")}
      >
        {locale === "ru" ? "EN" : "RU"}
      </Button>
      <Button look="quiet" icon="sun" label={words("nav.theme")} onClick={toggleTheme} />
      <UserMenu />
    </div>
  );
}
