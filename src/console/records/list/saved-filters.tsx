/** Named filters, saved in this browser for each resource. */
import { type SavedQuery, useListContext, useSavedQueries } from "ra-core";
import { useState } from "react";
import type { Resource } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Menu } from "../../kit/menu.tsx";

export function SavedFilters({ resource }: { resource: Resource }) {
  const words = useWords();
  return (
    <Menu icon="star" label={words("list.saved")}>
      {(close) => <SavedPanel resource={resource} close={close} />}
    </Menu>
  );
}

function SavedPanel({ resource, close }: { resource: Resource; close: () => void }) {
  const [saved, setSaved] = useSavedQueries(resource.name);
  const { filterValues, sort, perPage, setFilters, setSort } = useListContext();
  const [name, setName] = useState("");
  const words = useWords();
  const use = ({ value }: SavedQuery) => {
    setFilters(value.filter ?? {}, {}, false);
    if (value.sort) setSort(value.sort);
    close();
  };
  return (
    <div className="saved-panel">
      {saved.map((query) => (
        <div className="saved-row" key={query.label}>
          <button type="button" className="option" onClick={() => use(query)}>
            {query.label}
          </button>
          <Button
            look="quiet"
            icon="trash"
            label={`${words("do.remove")}: ${query.label}`}
            onClick={() => setSaved(saved.filter(({ label }) => label !== query.label))}
          />
        </div>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const label = name.trim();
          if (!label) return;
          const value = { filter: filterValues, sort, perPage, displayedFilters: [] };
          setSaved([...saved.filter((query) => query.label !== label), { label, value }]);
          setName("");
        }}
      >
        <input
          aria-label={words("list.name")}
          placeholder={words("list.saveAs")}
          value={name}
          maxLength={60}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" icon="plus" label={words("do.save")} />
      </form>
    </div>
  );
}
