/** The columns of a list: the declared ones, or those that the reader has chosen, kept in this browser for each person. */
import { useStore } from "ra-core";
import { type Field, type Resource, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Menu } from "../../kit/menu.tsx";
import { ownId } from "../../own.ts";

interface Columns {
  readonly shown: readonly Field[];
  /** Names in their order; null for the declared columns. */
  readonly chosen: readonly string[] | null;
  readonly choose: (names: readonly string[] | null) => void;
}

export function useColumns({ name, fields }: Resource): Columns {
  const [chosen, choose] = useStore<readonly string[] | null>(`columns.${ownId()}.${name}`, null);
  const known = (chosen ?? []).flatMap((each) => fields.find((field) => field.name === each) ?? []);
  // A choice of columns that no longer exist is none.
  return { shown: known.length > 0 ? known : fields.filter(({ list }) => list), chosen, choose };
}

export function ColumnsMenu({ resource }: { resource: Resource }) {
  const words = useWords();
  return (
    <Menu icon="columns" label={words("list.columns")}>
      {() => <ColumnsPanel resource={resource} />}
    </Menu>
  );
}

/** Chosen columns first, in their order; the others follow as they are declared. */
function ColumnsPanel({ resource }: { resource: Resource }) {
  const { shown, chosen, choose } = useColumns(resource);
  const words = useWords();
  const label = useLabel();
  const names = shown.map(({ name }) => name);
  const others = resource.fields.filter(({ name }) => !names.includes(name));
  const toggle = (name: string) => {
    if (!names.includes(name)) choose([...names, name]);
    else if (names.length > 1) choose(names.filter((each) => each !== name));
  };
  const move = (index: number, by: -1 | 1) => {
    const next = [...names];
    const [moved = ""] = next.splice(index, 1);
    next.splice(index + by, 0, moved);
    choose(next);
  };
  return (
    <div className="columns-panel">
      <ul>
        {[...shown, ...others].map((field, index) => {
          const isShown = index < names.length;
          return (
            <li key={field.name}>
              <label>
                <input
                  type="checkbox"
                  checked={isShown}
                  disabled={isShown && names.length === 1}
                  onChange={() => toggle(field.name)}
                />
                {label(field.label)}
              </label>
              {isShown ? (
                <>
                  <Button
                    look="quiet"
                    icon="up"
                    label={`${words("list.moveUp")}: ${label(field.label)}`}
                    disabled={index === 0}
                    onClick={() => move(index, -1)}
                  />
                  <Button
                    look="quiet"
                    icon="down"
                    label={`${words("list.moveDown")}: ${label(field.label)}`}
                    disabled={index === names.length - 1}
                    onClick={() => move(index, 1)}
                  />
                </>
              ) : null}
            </li>
          );
        })}
      </ul>
      <footer>
        <Button disabled={chosen === null} onClick={() => choose(null)}>
          {words("list.columnsReset")}
        </Button>
      </footer>
    </div>
  );
}
